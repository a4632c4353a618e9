//! `ppcmk_key_readiness`: whether a key can hold environments, by the rules that plans ask.
//!
//! Everything is read through Resource Manager. What could not be seen is undecided and never an
//! error: a precondition decides what that means.

use ppcmk_coverage::estate::{Estate, Fact, Header, Link, Origin, Policy, PolicyForm};
use ppcmk_coverage::rules::{Rule, find};
use ppcmk_coverage::{
    Certainty, Finding, KeyName, KeyVaultId, KeyVersion, Level, PolicyId, PolicyKind,
    PolicyLocation, PrincipalId, Undecided,
};
use tfplugin::schema::validator::{parses, sentence};
use tfplugin::{Attr, Attribute, Cx, DataSource, Diagnostic, Diagnostics, Model, Nesting, Schema};

use crate::checks::{Answers, Material, Seen, add_material, ask};
use crate::estate::grant;
use crate::explain::explain;
use crate::services::{Services, call};

/// The rules about a vault and a key.
const OF_THE_KEY: [&str; 7] = [
    "CMK201", "CMK202", "CMK203", "CMK204", "CMK205", "CMK206", "CMK216",
];
const OF_A_VERSION: &str = "CMK207";
const OF_A_LOCATION: &str = "CMK212";
const OF_A_GRANT: &str = "CMK107";

pub(super) struct KeyReadinessSource;

#[derive(Clone, Debug, Default, Model)]
pub(super) struct KeyReadiness {
    key_vault_id: Attr<String>,
    key_name: Attr<String>,
    key_version: Attr<String>,
    policy_id: Attr<String>,
    principal_id: Attr<String>,
    location: Attr<String>,
    ready: Attr<bool>,
    checks: Attr<Vec<Check>>,
}

/// One rule's answer.
#[derive(Clone, Debug, Default, Model)]
struct Check {
    code: Attr<String>,
    name: Attr<String>,
    status: Attr<String>,
    level: Attr<String>,
    message: Attr<String>,
    help: Attr<String>,
    source: Attr<String>,
}

impl DataSource for KeyReadinessSource {
    type Client = Services;
    type Model = KeyReadiness;

    fn type_name(&self) -> &'static str {
        "ppcmk_key_readiness"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Whether a key and its vault can hold environments: purge protection, retention, \
             network, type, size, operations, expiry, and the right of a policy's identity. The \
             rules are those of the provider's plans and of `ppcmk-lint`; everything is read \
             through Azure Resource Manager, so that Reader on the vault is enough.\n\nWhat is \
             wrong is a value here and not an error: use `ready` in preconditions and `check` \
             blocks.",
        )
        .attributes(arguments())
        .attributes([
            Attribute::bool("ready").computed().describe(
                "Whether no check of level `error` has failed; null when one of them could not be \
                 decided.",
            ),
            Attribute::nested("checks", Nesting::List, answers())
                .computed()
                .describe("What was checked, by code."),
        ])
    }

    fn validate(&self, config: &KeyReadiness, diagnostics: &mut Diagnostics) {
        if config.policy_id.is_known() && config.principal_id.is_known() {
            diagnostics.error(
                "principal_id",
                "Two identities",
                "Set at most one of policy_id and principal_id: whose right on the key is looked \
                 at.",
            );
        }
    }

    async fn read(
        &self,
        cx: Cx<Services>,
        config: KeyReadiness,
    ) -> Result<KeyReadiness, Diagnostics> {
        let services = cx.client()?;
        let question = Question::of(&cx, services, &config).await?;
        let answers = question.answer(&cx, services).await;
        let rules = question.rules();
        Ok(KeyReadiness {
            ready: ready(&rules, &answers).into(),
            checks: rules
                .iter()
                .map(|rule| Check::of(rule, &answers))
                .collect::<Vec<_>>()
                .into(),
            ..config
        })
    }
}

fn arguments() -> [Attribute; 6] {
    [
        Attribute::string("key_vault_id")
            .required()
            .describe("The Azure resource id of the Key Vault or Managed HSM.")
            .validate(parses("Invalid key vault id", str::parse::<KeyVaultId>)),
        Attribute::string("key_name")
            .required()
            .describe("The name of the key.")
            .validate(parses("Invalid key name", str::parse::<KeyName>)),
        Attribute::string("key_version")
            .describe("A version of the key that a policy pins. Without it the current one.")
            .validate(parses("Invalid key version", str::parse::<KeyVersion>)),
        Attribute::string("policy_id")
            .describe(
                "The enterprise policy that is to use the key: the right of its identity is looked \
                 at, too. At most one of `policy_id` and `principal_id`.",
            )
            .validate(parses("Invalid policy id", str::parse::<PolicyId>)),
        Attribute::string("principal_id")
            .describe("The object id of an identity whose right on the key is looked at.")
            .validate(parses("Invalid principal id", str::parse::<PrincipalId>)),
        Attribute::string("location").describe(
            "The geo of the policy, such as `europe`: whether the vault is in it is looked at, \
             too. Default: that of the policy in `policy_id`.",
        ),
    ]
}

fn answers() -> [Attribute; 7] {
    let text = |name: &'static str, about: &str| Attribute::string(name).computed().describe(about);
    [
        text("code", "The code of the rule, such as `CMK201`."),
        text("name", "Its name."),
        text("status", "`passed`, `failed` or `undecided`."),
        text(
            "level",
            "`error`, `warning` or `note`: how bad it is when it fails.",
        ),
        text(
            "message",
            "What was seen, or why it is not decided; null when it has passed.",
        ),
        text("help", "What to do; null when it has passed."),
        text("source", "The page that the rule stands on."),
    ]
}

/// What is asked, with the policy as it was read.
struct Question {
    vault: KeyVaultId,
    key: KeyName,
    version: Option<KeyVersion>,
    location: Option<PolicyLocation>,
    whose: Whose,
}

/// Whose right on the key is asked about.
enum Whose {
    Nobody,
    /// A policy that does not show its identity.
    Unseen,
    Identity(PrincipalId),
}

impl Question {
    async fn of(
        cx: &Cx<Services>,
        services: &Services,
        config: &KeyReadiness,
    ) -> Result<Self, Diagnostics> {
        let mut question = Self {
            vault: parsed(&config.key_vault_id, "key_vault_id")?,
            key: parsed(&config.key_name, "key_name")?,
            version: optional(&config.key_version, "key_version")?,
            location: config.location.as_str().map(PolicyLocation::new),
            whose: optional(&config.principal_id, "principal_id")?
                .map_or(Whose::Nobody, Whose::Identity),
        };
        let Some(id) = optional::<PolicyId>(&config.policy_id, "policy_id")? else {
            return Ok(question);
        };
        if let Some(planned) = services.planned.policy(&id) {
            question.location = question.location.or_else(|| planned.location.clone());
            question.whose = Whose::Unseen;
            return Ok(question);
        }
        match services.checks.live.policy(services, &call(cx), &id).await {
            Seen::Is(policy) => {
                question.location = question.location.or_else(|| Some(policy.location.clone()));
                let principal = policy.principal_id.clone();
                question.whose = principal.map_or(Whose::Unseen, Whose::Identity);
                Ok(question)
            }
            Seen::Missing => Err(Diagnostic::error(
                "Policy not found",
                format!(
                    "There is no enterprise policy {id}, or the application lacks the role Reader \
                     on it."
                ),
            )
            .at("policy_id")
            .into()),
            Seen::Unread(error) => Err(explain(&format!("read the policy {id}"), &error)
                .at("policy_id")
                .into()),
        }
    }

    /// The rules that have something to say about what was asked.
    fn rules(&self) -> Vec<&'static Rule> {
        let mut codes = OF_THE_KEY.to_vec();
        codes.extend(self.version.as_ref().map(|_| OF_A_VERSION));
        codes.extend(self.location.as_ref().map(|_| OF_A_LOCATION));
        if !matches!(self.whose, Whose::Nobody) {
            codes.push(OF_A_GRANT);
        }
        codes.sort_unstable();
        codes.into_iter().filter_map(find).collect()
    }

    /// Asks the rules about a policy that would use the key.
    async fn answer(&self, cx: &Cx<Services>, services: &Services) -> Answers {
        let call = &call(cx);
        let mut estate = Estate::default();
        let wanted = Some((&self.key, self.version.as_ref()));
        let material = add_material(services, call, &mut estate, &self.vault, wanted).await;
        let mut policy = Policy::new(
            Header {
                management: ppcmk_coverage::estate::Management::Live,
                ..Header::new("the policy")
            },
            PolicyForm::Own,
        );
        policy.kind = PolicyKind::Encryption.into();
        policy.vault = Link::to(material.vault);
        policy.key = material.key.map(Link::to).unwrap_or_default();
        policy.key_name = self.key.to_string().into();
        policy.location = self.location.clone().map_or_else(Fact::default, Fact::from);
        policy.key_version = match &self.version {
            Some(version) => Fact::value_at(version.to_string(), Origin::at_path("key_version")),
            None => Fact::default(),
        };
        let policy = estate.add_policy(policy);
        self.add_rights(services, call, &mut estate, &material, policy)
            .await;
        ask(&mut estate, self.rules())
    }

    async fn add_rights(
        &self,
        services: &Services,
        call: &crate::client::Call,
        estate: &mut Estate,
        material: &Material,
        policy: ppcmk_coverage::estate::Handle<Policy>,
    ) {
        let principal = match &self.whose {
            Whose::Nobody => return,
            Whose::Unseen => {
                let why = "the policy does not exist yet, or does not show its identity";
                estate[policy].grants_read = crate::estate::fact::not_shown(why);
                return;
            }
            Whose::Identity(principal) => principal,
        };
        let roles = match &material.seen {
            Seen::Is(vault) if vault.uses_rbac && !self.vault.is_managed_hsm() => {
                let live = &services.checks.live;
                live.roles(services, call, &self.vault, principal).await
            }
            Seen::Is(_) | Seen::Missing | Seen::Unread(_) => Seen::Missing,
        };
        let vault = (material.vault, &self.vault);
        grant::add_grants(estate, (policy, principal), vault, &material.seen, &roles);
    }
}

/// Yes, no, or null.
fn ready(rules: &[&'static Rule], answers: &Answers) -> Option<bool> {
    let mut ready = Some(true);
    for rule in rules {
        match state(rule, answers) {
            State::Failed(finding) if finding.level == Level::Error => {
                if finding.certainty == Certainty::Definite {
                    return Some(false);
                }
                ready = None;
            }
            State::Undecided(_) if rule.level == Level::Error => ready = None,
            State::Passed | State::Failed(_) | State::Undecided(_) => {}
        }
    }
    ready
}

/// What a rule has answered; the worst finding counts.
enum State<'a> {
    Passed,
    Failed(&'a Finding),
    Undecided(&'a Undecided),
}

fn state<'a>(rule: &Rule, answers: &'a Answers) -> State<'a> {
    let findings = answers
        .findings
        .iter()
        .filter(|finding| finding.rule == rule);
    if let Some(worst) = findings.max_by_key(|finding| (finding.level, finding.certainty)) {
        return State::Failed(worst);
    }
    let mut undecided = answers.undecided.iter();
    undecided
        .find(|undecided| undecided.rule == rule)
        .map_or(State::Passed, State::Undecided)
}

impl Check {
    fn of(rule: &'static Rule, answers: &Answers) -> Self {
        let (status, level, message, help) = match state(rule, answers) {
            State::Passed => ("passed", rule.level, None, None),
            State::Failed(finding) => (
                "failed",
                finding.level,
                Some(finding.message.clone()),
                Some(finding.help.clone()),
            ),
            State::Undecided(undecided) => (
                "undecided",
                rule.level,
                Some(undecided.unknown.reason.to_string()),
                Some(rule.fix.to_owned()),
            ),
        };
        Self {
            code: rule.code.to_owned().into(),
            name: rule.name.to_owned().into(),
            status: status.to_owned().into(),
            level: level.as_str().to_owned().into(),
            message: message.into(),
            help: help.into(),
            source: rule
                .sources
                .first()
                .map(|source| source.url.to_owned())
                .into(),
        }
    }
}

fn optional<T>(value: &Attr<String>, argument: &str) -> Result<Option<T>, Diagnostics>
where
    T: std::str::FromStr<Err = ppcmk_coverage::ParseError>,
{
    match value.as_str() {
        Some(_) => parsed(value, argument).map(Some),
        None => Ok(None),
    }
}

fn parsed<T>(value: &Attr<String>, argument: &str) -> Result<T, Diagnostics>
where
    T: std::str::FromStr<Err = ppcmk_coverage::ParseError>,
{
    value
        .as_str()
        .unwrap_or_default()
        .parse()
        .map_err(|error: ppcmk_coverage::ParseError| {
            Diagnostic::error("Invalid value", sentence(&error.to_string()))
                .at(argument)
                .into()
        })
}
