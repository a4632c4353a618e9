//! Whether an environment is a managed one: one answer for the rules and for the assessment.
//!
//! A resource of its own makes it one, or membership in an environment group: only managed
//! environments can be in a group, and what is created in one is managed from the start (Microsoft's
//! page on environment groups, 2024-10-03, documented). An inventory or the tenant may say so, too.

use super::{
    Answer, Environment, Estate, Handle, Header, Known, Link, ManagedEnvironment, Reason, Unknown,
};

impl Estate {
    /// Whether an environment is a managed one whenever `beside` is there: an assignment, or the
    /// environment itself. Unknown where a resource that could make it one cannot be seen.
    pub fn is_managed(&self, handle: Handle<Environment>, beside: &Header) -> Answer {
        let environment = &self[handle];
        let managed = self.managed_environments_of(handle).map(|(_, it)| it);
        let by_resource = there_for(managed, beside);
        if by_resource == Answer::Yes {
            return Answer::Yes;
        }
        match environment.says_managed() {
            Known::Value(true) => Answer::Yes,
            Known::Value(false) => by_resource,
            Known::Unknown(unknown) => Answer::Unknown(unknown),
            Known::Absent if by_resource != Answer::No => by_resource,
            Known::Absent => self
                .unseen_manager(environment)
                .map_or(Answer::No, Answer::Unknown),
        }
    }

    /// Whether a resource makes an environment a managed one that is not in the estate. No means
    /// that none is seen, which says nothing about the environment.
    pub fn is_managed_unseen(&self, environment: &Link<Environment>, beside: &Header) -> Answer {
        let managed = self.managed_environments_of_unseen(environment);
        there_for(managed.map(|(_, it)| it), beside)
    }

    /// Why the resource that makes the environment managed may be there without being seen.
    fn unseen_manager(&self, environment: &Environment) -> Option<Unknown> {
        if !environment.header.is_managed_here() {
            let what = "that the environment is a managed one";
            return Some(Unknown::new(Reason::NotDeclared(what.into())));
        }
        let strays = self.stray_managed_environments();
        let unknown = || self[strays.unknown?].environment.unknown().cloned();
        // The id of an environment that is not made anew may be written down somewhere.
        let id_is_open = environment.id.value().is_none() && !environment.header.is_new();
        let by_id = || {
            let stray = strays.elsewhere.filter(|_| id_is_open)?;
            Some(named_by_id(&self[stray]))
        };
        unknown()
            .or_else(by_id)
            .or_else(|| self.scope.unseen.first().cloned())
    }
}

impl Environment {
    /// What the environment itself says about being a managed one, its group included.
    pub fn says_managed(&self) -> Known<bool> {
        match &self.managed.known {
            Known::Absent => self.group.known.clone().map(|_| true),
            said => said.clone(),
        }
    }
}

/// Whether one of these resources is there whenever `beside` is.
fn there_for<'a>(managed: impl Iterator<Item = &'a ManagedEnvironment>, beside: &Header) -> Answer {
    let mut answer = Answer::No;
    for managed in managed {
        match managed.header.is_there_for(beside) {
            Answer::Yes => return Answer::Yes,
            Answer::No => {}
            unknown @ Answer::Unknown(_) => answer = unknown,
        }
    }
    answer
}

fn named_by_id(managed: &ManagedEnvironment) -> Unknown {
    let address = &managed.header.address;
    Unknown::new(Reason::Expression(
        format!("`{address}` names its environment by an id that may be this one's").into(),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::{Action, Change, Existence, Identity};
    use super::*;

    fn because(name: &str) -> Unknown {
        Unknown::new(Reason::VariableWithoutValue(name.into()))
    }

    /// The answer for an environment, with a resource that manages what `link` says.
    fn answer(
        link: impl FnOnce(Handle<Environment>) -> Link<Environment>,
        change: impl FnOnce(&mut Environment, &mut ManagedEnvironment),
    ) -> Answer {
        let mut estate = Estate::default();
        let handle = estate.add_environment(Environment::new(Header::new("e")));
        let mut managed = ManagedEnvironment {
            header: Header::new("m"),
            environment: link(handle),
        };
        change(&mut estate[handle], &mut managed);
        estate.add_managed_environment(managed);
        let beside = estate[handle].header.clone();
        estate.is_managed(handle, &beside)
    }

    fn alone(change: impl FnOnce(&mut Environment)) -> Answer {
        answer(|_| Link::default(), |environment, _| change(environment))
    }

    #[test]
    fn a_resource_decides() {
        assert_eq!(answer(Link::to, |_, _| {}), Answer::Yes);
        assert_eq!(alone(|_| {}), Answer::No);
        let removed = answer(Link::to, |_, managed| {
            managed.header.change = Some(Change::new(Action::Delete));
        });
        assert_eq!(removed, Answer::No);
        let perhaps = answer(Link::to, |environment, managed| {
            environment.managed = false.into();
            managed.header.existence = Existence::Possible(because("count"));
        });
        assert_eq!(perhaps, Answer::Unknown(because("count")));
    }

    #[test]
    fn a_group_takes_only_managed_environments() {
        let group = || "11111111-1111-1111-1111-111111111111".to_owned();
        assert_eq!(alone(|it| it.group = group().into()), Answer::Yes);
        let unknown = |it: &mut Environment| {
            it.group =
                super::super::Fact::unknown_at(because("group"), super::super::Origin::default());
        };
        assert_eq!(alone(unknown), Answer::Unknown(because("group")));
        // The tenant knows better.
        let denied = alone(|it| {
            it.group = group().into();
            it.managed = false.into();
        });
        assert_eq!(denied, Answer::No);
    }

    #[test]
    fn a_resource_for_another_id_may_be_its_own_unless_the_environment_is_new() {
        let elsewhere = |_| Identity::Elsewhere("1a".into()).into();
        assert!(matches!(answer(elsewhere, |_, _| {}), Answer::Unknown(_)));
        let new = answer(elsewhere, |environment, _| {
            environment.header.change = Some(Change::new(Action::Create));
        });
        assert_eq!(new, Answer::No);
        let unknown = |_| Identity::Unknown(because("id")).into();
        assert_eq!(answer(unknown, |_, _| {}), Answer::Unknown(because("id")));
    }

    #[test]
    fn an_environment_of_another_state_is_known_by_its_name() {
        let mut estate = Estate::default();
        let link: Link<Environment> = Identity::Elsewhere("1a".into()).into();
        estate.add_managed_environment(ManagedEnvironment {
            header: Header::new("m"),
            environment: link.clone(),
        });
        let beside = Header::new("a");
        assert_eq!(estate.is_managed_unseen(&link, &beside), Answer::Yes);
        let other: Link<Environment> = Identity::Elsewhere("2b".into()).into();
        assert_eq!(estate.is_managed_unseen(&other, &beside), Answer::No);
    }
}
