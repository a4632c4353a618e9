//! The cases, by what they are about. The number is that of the conformance checklist, see
//! `CASES.md`.

mod configuration;
mod damage;
mod functions;
mod names;
mod plans;
mod process;
mod schema;
mod states;
mod values;

use std::time::Duration;

use super::Session;
use super::value::Val;

pub use self::configuration::*;
pub use self::damage::*;
pub use self::functions::*;
pub use self::names::*;
pub use self::plans::*;
pub use self::process::*;
pub use self::schema::*;
pub use self::states::*;
pub use self::values::*;

/// How long something may take that normally takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs every case as a test of its own. The argument is a function that gives the
/// [`Subject`](crate::suite::Subject).
#[macro_export]
macro_rules! conformance_suite {
    ($subject:path) => {
        $crate::conformance_suite!($subject:
            the_schema_breaks_no_rule
            the_schema_is_the_same_every_time
            metadata_and_functions_are_those_of_the_schema
            functions_answer_as_opentofu_calls_them
            an_unknown_type_is_a_diagnostic_that_names_it
            what_is_not_implemented_says_so
            calls_work_without_the_schema
            without_configuration_plans_work_and_the_rest_explains
            the_provider_can_be_configured_twice
            damaged_values_are_diagnostics
            missing_messages_are_no_status
            every_form_of_unknown_is_unknown
            a_plan_is_well_formed
            a_second_plan_keeps_what_the_first_one_knew
            write_only_values_need_the_capability_and_never_come_back
            an_upgrade_of_the_same_version_keeps_the_state
            state_that_cannot_be_upgraded_is_a_diagnostic
            parallel_calls_do_not_mix
            a_client_that_leaves_does_no_harm
            a_stop_with_nothing_running_is_empty_and_quick
            strings_survive_or_are_refused
            numbers_are_exact
            dynamic_values_keep_their_types
            logs_are_objects
            private_bytes_of_any_kind_are_tolerated
            provider_meta_may_be_null
            nothing_is_ever_deferred
            an_object_lives_through_create_read_plan_and_delete
        );
    };
    ($subject:path: $($case:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                $crate::suite::cases::$case(&$subject()).await;
            }
        )*
    };
}

fn state_of(session: &Session) -> Val {
    session.shape.storable(&session.config)
}
