//! Answers of three values, and the questions to an estate that have them.

use super::{
    Assignment, Change, Environment, Estate, Existence, Handle, Header, Identity, Known, Link,
    OnDestroy, Reason, Unknown,
};

/// Yes, no, or nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nobody can say, because of this.
    Unknown(Unknown),
}

impl Estate {
    /// Whether an environment is under an encryption policy after the plan: by an assignment, or by
    /// what the environment itself says (inventory, tenant). Unknown where an assignment that could
    /// be its own, or a part of the configuration, cannot be seen.
    pub fn is_assigned(&self, handle: Handle<Environment>) -> Answer {
        let environment = &self[handle];
        let by_assignment = self.assigned_here(handle);
        if by_assignment == Answer::Yes {
            return Answer::Yes;
        }
        match self.says_assigned(handle) {
            Answer::No => {}
            answer => return answer,
        }
        if let Answer::Unknown(_) = by_assignment {
            return by_assignment;
        }
        match self
            .stray_assignment(environment)
            .or_else(|| self.scope.unseen.first().cloned())
        {
            Some(unknown) => Answer::Unknown(unknown),
            None => Answer::No,
        }
    }

    /// Whether an assignment of the estate is about this environment.
    fn assigned_here(&self, handle: Handle<Environment>) -> Answer {
        let mut answer = Answer::No;
        for (_, assignment) in self.assignments_of(handle) {
            if let Some(unknown) = assignment.kind.unknown() {
                answer = Answer::Unknown(unknown.clone());
                continue;
            }
            match assignment.header.is_there_for(&self[handle].header) {
                Answer::Yes => return Answer::Yes,
                Answer::No => {}
                unknown @ Answer::Unknown(_) => answer = unknown,
            }
        }
        answer
    }

    /// Whether the environment is said to be assigned, and the plan does not take that away; an
    /// assignment that only leaves the state goes on.
    fn says_assigned(&self, handle: Handle<Environment>) -> Answer {
        let removed = self
            .all_assignments_of(handle)
            .filter(|(_, assignment)| assignment.header.is_removed());
        let mut goes_on = false;
        for (_, assignment) in removed {
            match assignment.unlinks() {
                Answer::Yes => return Answer::No,
                Answer::No => goes_on = true,
                unknown @ Answer::Unknown(_) => return unknown,
            }
        }
        match &self[handle].assigned.known {
            Known::Value(true) => Answer::Yes,
            _ if goes_on => Answer::Yes,
            Known::Value(false) | Known::Absent => Answer::No,
            Known::Unknown(unknown) => Answer::Unknown(unknown.clone()),
        }
    }

    /// An assignment whose environment is not found, and could be this one.
    fn stray_assignment(&self, environment: &Environment) -> Option<Unknown> {
        let strays = self.stray_assignments();
        if let Some(unknown) = strays
            .unknown
            .and_then(|stray| self[stray].environment.unknown())
        {
            return Some(unknown.clone());
        }
        let id_is_open = environment.id.value().is_none() && !environment.header.is_new();
        let stray = &self[strays.elsewhere.filter(|_| id_is_open)?];
        Some(Unknown::new(Reason::Expression(
            format!(
                "`{}` names its environment by an id that may be this one's",
                stray.header.address
            )
            .into(),
        )))
    }
}

impl Assignment {
    /// Whether the plan takes the environment off its policy by destroying this assignment.
    pub fn unlinks(&self) -> Answer {
        if !self.header.change.as_ref().is_some_and(Change::destroys) {
            return Answer::No;
        }
        match &self.on_destroy.known {
            Known::Value(OnDestroy::Unlink) | Known::Absent => Answer::Yes,
            Known::Value(OnDestroy::Abandon | OnDestroy::Prevent) => Answer::No,
            Known::Unknown(unknown) => Answer::Unknown(unknown.clone()),
        }
    }

    /// Whether this run makes the link, or moves it to another policy: without a plan nobody says
    /// that it is there already.
    pub fn makes_link(&self) -> bool {
        self.swapped || !self.header.is_already_there()
    }
}

impl Header {
    /// Whether the object is there whenever the other one is. An unknown `count` that both have is
    /// taken for the same one: a module that makes both or neither.
    pub fn is_there_for(&self, other: &Header) -> Answer {
        match (&self.existence, &other.existence) {
            (Existence::Certain, _) => Answer::Yes,
            (Existence::Possible(own), Existence::Possible(other)) if own == other => Answer::Yes,
            (Existence::Possible(own), _) => Answer::Unknown(own.clone()),
        }
    }

    /// Whether a plan says that the object exists and that it is left or changed in place.
    pub fn is_already_there(&self) -> bool {
        self.change
            .as_ref()
            .is_some_and(|change| change.existed && !change.removes() && !change.makes_anew())
    }

    /// Whether a plan says that the object does not exist yet.
    pub fn is_new(&self) -> bool {
        self.change
            .as_ref()
            .is_some_and(|change| !change.existed || change.makes_anew())
    }
}

impl<T> Link<T> {
    /// Why nobody can look at the object behind a reference that leads out of the estate; `what`
    /// says what is meant ("the environment"). `None` for no reference at all.
    pub fn why_not_here(&self, what: &str) -> Option<Unknown> {
        match &self.identity {
            Identity::Unknown(unknown) => Some(unknown.clone()),
            Identity::Elsewhere(id) => Some(Unknown::new(Reason::Elsewhere(
                format!("{what} `{id}` is not part of this configuration").into(),
            ))),
            Identity::Here(_) | Identity::Absent => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Action;
    use super::*;

    /// An environment with an assignment, both still to be changed.
    fn assigned() -> (Estate, Handle<Environment>, Handle<Assignment>) {
        let mut estate = Estate::default();
        let environment = estate.add_environment(Environment::new(Header::new("e")));
        let mut assignment = Assignment::new(Header::new("a"));
        assignment.environment = Link::to(environment);
        let assignment = estate.add_assignment(assignment);
        (estate, environment, assignment)
    }

    fn because(name: &str) -> Unknown {
        Unknown::new(Reason::VariableWithoutValue(name.into()))
    }

    #[test]
    fn an_assignment_decides_what_nobody_says() {
        let (mut estate, environment, assignment) = assigned();
        assert_eq!(estate.is_assigned(environment), Answer::Yes);
        estate[assignment].header.existence = Existence::Possible(because("count"));
        assert_eq!(
            estate.is_assigned(environment),
            Answer::Unknown(because("count"))
        );
        estate[environment].header.existence = Existence::Possible(because("count"));
        assert_eq!(estate.is_assigned(environment), Answer::Yes);
        estate[assignment].environment = Link::default();
        assert_eq!(estate.is_assigned(environment), Answer::No);
    }

    #[test]
    fn an_assignment_that_could_be_its_own_decides_nothing() {
        let (mut estate, environment, assignment) = assigned();
        estate[assignment].environment = Identity::Unknown(because("id")).into();
        assert_eq!(
            estate.is_assigned(environment),
            Answer::Unknown(because("id"))
        );
        estate[assignment].environment = Identity::Elsewhere("1a".into()).into();
        assert!(matches!(
            estate.is_assigned(environment),
            Answer::Unknown(_)
        ));
        estate[environment].id = "2b".to_owned().into();
        assert_eq!(estate.is_assigned(environment), Answer::No);
    }

    #[test]
    fn a_new_environment_has_no_id_that_could_be_written_down() {
        let (mut estate, environment, assignment) = assigned();
        estate[assignment].environment = Identity::Elsewhere("1a".into()).into();
        estate[environment].header.change = Some(Change::new(Action::Create));
        assert_eq!(estate.is_assigned(environment), Answer::No);
    }

    #[test]
    fn only_a_removed_link_is_none() {
        let (mut estate, environment, assignment) = assigned();
        estate[environment].assigned = true.into();
        estate[assignment].header.change = Some(Change::new(Action::Delete));
        assert_eq!(estate.is_assigned(environment), Answer::No);
        estate[assignment].on_destroy = OnDestroy::Abandon.into();
        assert_eq!(estate.is_assigned(environment), Answer::Yes);
        estate[assignment].header.change = Some(Change::new(Action::Forget));
        assert_eq!(estate.is_assigned(environment), Answer::Yes);
    }

    #[test]
    fn what_was_not_read_may_have_an_assignment() {
        let mut estate = Estate::default();
        let environment = estate.add_environment(Environment::new(Header::new("e")));
        estate.scope.unseen.push(because("module"));
        assert_eq!(
            estate.is_assigned(environment),
            Answer::Unknown(because("module"))
        );
        estate[environment].assigned = true.into();
        assert_eq!(estate.is_assigned(environment), Answer::Yes);
    }

    #[test]
    fn a_link_is_made_unless_a_plan_leaves_it() {
        let (mut estate, _, assignment) = assigned();
        assert!(estate[assignment].makes_link());
        for (action, makes) in [
            (Action::Create, true),
            (Action::NoOp, false),
            (Action::Update, false),
            (Action::DeleteThenCreate, true),
            (Action::ForgetThenCreate, true),
        ] {
            estate[assignment].header.change = Some(Change::new(action));
            assert_eq!(estate[assignment].makes_link(), makes, "{action:?}");
        }
        estate[assignment].header.change = Some(Change::new(Action::Update));
        estate[assignment].swapped = true;
        assert!(estate[assignment].makes_link());
    }

    #[test]
    fn says_what_is_not_part_of_the_configuration() {
        let link: Link<Environment> = Identity::Elsewhere("1a".into()).into();
        let unknown = link.why_not_here("the environment").unwrap();
        assert_eq!(
            unknown.reason.to_string(),
            "the environment `1a` is not part of this configuration"
        );
        assert_eq!(Link::<Environment>::default().why_not_here("it"), None);
    }
}
