//! Where values come from, nearest first.
//!
//! The places of a plane are: its own block, the provider block, our own variables, then the
//! variables of one tool after the other, and last what the machine has anyway. Azure looks at
//! azurerm's variables first, the Power Platform at those of Microsoft's provider: who configures
//! both providers has two applications, and each is meant for its own plane.

use std::collections::BTreeMap;
use std::fmt;

use tfplugin::AttributePath;

use super::arguments::CredentialArguments;
use super::table::{Family, Name, Shape, TABLE};
use super::{Environment, PlaneBlock};
use crate::client::Secret;

/// Where a value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An argument of the provider block, or of a block inside.
    Argument {
        block: Option<&'static str>,
        argument: &'static str,
    },
    /// An environment variable.
    Variable(String),
}

impl Origin {
    /// The block of a plane that has the argument.
    pub(crate) fn block(&self) -> Option<&'static str> {
        match self {
            Self::Argument { block, .. } => *block,
            Self::Variable(_) => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument {
                block: Some(block),
                argument,
            } => write!(formatter, "{argument} in the block {block}"),
            Self::Argument { argument, .. } => {
                write!(formatter, "{argument} in the provider block")
            }
            Self::Variable(name) => write!(formatter, "the environment variable {name}"),
        }
    }
}

/// A value with its origin. All are secrets to `Debug`, since some are.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) value: Secret,
    pub(crate) origin: Origin,
}

impl Found {
    pub(crate) fn text(&self) -> &str {
        self.value.expose()
    }

    fn is_true(&self) -> bool {
        self.text() == "true"
    }
}

/// The values of one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    pub(crate) is_block: bool,
    is_provider_block: bool,
    pub(crate) values: BTreeMap<Name, Found>,
    unreadable_files: Vec<(Name, Origin, String)>,
}

/// Values that may stand in a file, as azurerm has it.
const IN_FILES: [(Name, Name); 2] = [
    (Name::ClientIdFilePath, Name::ClientId),
    (Name::ClientSecretFilePath, Name::ClientSecret),
];

impl Place {
    fn of_block(block: Option<&'static str>, arguments: &CredentialArguments) -> Self {
        let values = arguments.known().map(|(name, text)| {
            let origin = Origin::Argument {
                block,
                argument: name.label(),
            };
            let value = Secret::new(text);
            (name, Found { value, origin })
        });
        Self {
            is_block: true,
            is_provider_block: block.is_none(),
            values: values.collect(),
            unreadable_files: Vec::new(),
        }
        .with_files()
    }

    fn of_family(family: Family, environment: Environment<'_>) -> Self {
        let mut values = BTreeMap::new();
        for row in TABLE {
            let found = row
                .variables
                .iter()
                .filter(|(of, _)| *of == family)
                .find_map(|(_, variable)| variable_of(environment, variable));
            if let Some(mut found) = found {
                if row.shape == Shape::Flag {
                    found.value = flag(found.text()).into();
                }
                values.insert(row.name, found);
            }
        }
        Self {
            values,
            ..Self::default()
        }
        .with_files()
    }

    /// Reads the files that stand in for values. A value beside its file wins.
    fn with_files(mut self) -> Self {
        for (file, name) in IN_FILES {
            let Some(path) = self.values.get(&file).filter(|_| self.get(name).is_none()) else {
                continue;
            };
            let origin = path.origin.clone();
            match read_file(path.text()) {
                Ok(text) => {
                    let value = Secret::new(text);
                    self.values.insert(name, Found { value, origin });
                }
                Err(problem) => self.unreadable_files.push((file, origin, problem)),
            }
        }
        self
    }

    pub(crate) fn get(&self, name: Name) -> Option<&Found> {
        self.values.get(&name)
    }
}

fn read_file(path: &str) -> Result<String, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{path:?} cannot be read: {error}"))?;
    match text.trim() {
        "" => Err(format!("{path:?} is empty")),
        value => Ok(value.to_owned()),
    }
}

/// A variable that is set to something: pipelines set one to nothing where others leave it out.
fn variable_of(environment: Environment<'_>, name: &str) -> Option<Found> {
    let value = environment(name).filter(|value| !value.trim().is_empty())?;
    Some(Found {
        value: value.into(),
        origin: Origin::Variable(name.to_owned()),
    })
}

/// Variables are read as Go's `ParseBool` does, for users of providers written in Go; another
/// word stays as it is and is reported.
fn flag(text: &str) -> String {
    match text.trim() {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => "true".to_owned(),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => "false".to_owned(),
        other => other.to_owned(),
    }
}

/// All places of a plane.
#[derive(Clone, Debug)]
pub(crate) struct Places(pub(crate) Vec<Place>);

impl Places {
    pub(crate) fn new(
        block: PlaneBlock,
        own: Option<&CredentialArguments>,
        provider: &CredentialArguments,
        environment: Environment<'_>,
    ) -> Self {
        let mut places = Vec::new();
        if let Some(own) = own {
            places.push(Place::of_block(Some(block.word()), own));
        }
        places.push(Place::of_block(None, provider));
        let families = match block {
            PlaneBlock::Azure => [Family::Arm, Family::PowerPlatform],
            PlaneBlock::PowerPlatform => [Family::PowerPlatform, Family::Arm],
        };
        for family in [Family::Ours]
            .into_iter()
            .chain(families)
            .chain([Family::Azure, Family::Machine])
        {
            places.push(Place::of_family(family, environment));
        }
        let mut places = Self(places);
        if let Some(tag) = places.find(Name::HcpTag).map(|tag| tag.text().to_owned()) {
            places.use_tag(&tag, environment);
        }
        places
    }

    /// Takes the token of a tag for the one without.
    fn use_tag(&mut self, tag: &str, environment: Environment<'_>) {
        let variable = format!("TFC_WORKLOAD_IDENTITY_TOKEN_{tag}");
        if let Some(machine) = self.0.last_mut() {
            machine.values.remove(&Name::HcpToken);
            if let Some(found) = variable_of(environment, &variable) {
                machine.values.insert(Name::HcpToken, found);
            }
        }
    }

    /// The nearest value.
    pub(crate) fn find(&self, name: Name) -> Option<&Found> {
        self.0.iter().find_map(|place| place.get(name))
    }

    /// Whether the nearest value of a flag is `true`, or `false`.
    pub(crate) fn flag(&self, name: Name) -> Option<bool> {
        self.find(name).map(Found::is_true)
    }

    /// Whether the values of an application in this place go with our client id: what stands
    /// next to another client id belongs to that one. A place without client id completes nearer
    /// ones, but the block of a plane that names its own application does not get a secret of the
    /// provider block.
    pub(crate) fn is_of_client(&self, place: &Place) -> bool {
        let ours = self.find(Name::ClientId);
        match (ours, place.get(Name::ClientId)) {
            (Some(ours), Some(theirs)) => ours.text().eq_ignore_ascii_case(theirs.text()),
            (
                Some(Found {
                    origin: Origin::Argument { block: Some(_), .. },
                    ..
                }),
                None,
            ) => !place.is_provider_block,
            _ => true,
        }
    }

    /// The nearest value that goes with our client id.
    pub(crate) fn find_of_client(&self, name: Name) -> Option<&Found> {
        self.0
            .iter()
            .filter(|place| self.is_of_client(place))
            .find_map(|place| place.get(name))
    }

    /// The files that were named and cannot be read.
    pub(crate) fn unreadable_files(&self) -> impl Iterator<Item = &(Name, Origin, String)> {
        self.0.iter().flat_map(|place| &place.unreadable_files)
    }

    /// The flags that are neither `true` nor `false`.
    pub(crate) fn unreadable_flags(&self) -> impl Iterator<Item = (Name, &Found)> {
        self.0
            .iter()
            .flat_map(|place| &place.values)
            .filter(|(name, found)| {
                name.row().shape == Shape::Flag && !matches!(found.text(), "true" | "false")
            })
            .map(|(name, found)| (*name, found))
    }

    /// Every value that was found, as lines of a message; no value is shown.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for place in &self.0 {
            for (name, found) in &place.values {
                let is_said = IN_FILES.iter().any(|(file, of)| {
                    of == name && {
                        // The file stands in the list already.
                        place
                            .get(*file)
                            .is_some_and(|file| file.origin == found.origin)
                    }
                });
                if *name == Name::AppServiceHeader || is_said {
                    continue;
                }
                let mut line = format!("- {}", found.origin);
                if name.row().shape == Shape::Flag {
                    line.push_str(" = ");
                    line.push_str(found.text());
                }
                let bound = matches!(
                    name,
                    Name::ClientSecret | Name::ClientCertificate | Name::ClientCertificatePath
                );
                if bound && !self.is_of_client(place) {
                    line.push_str(", which belongs to another client_id and is not used");
                }
                lines.push(line);
            }
        }
        lines
    }
}

/// The path of an argument, in the block of a plane if it has one.
pub(crate) fn path(block: Option<&'static str>, argument: &str) -> AttributePath {
    match block {
        Some(block) => AttributePath::from(block).attribute(argument),
        None => AttributePath::from(argument),
    }
}
