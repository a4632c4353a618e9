//! The assessment, row by row and predicate by predicate.

use super::*;
use crate::estate::{
    Action, App, Assignment, Change, Declaration, Ecommerce, Environment, Existence, Fact,
    FinanceAndOperations, Header, Hosting, Identity, IdentityKind, Link, ManagedEnvironment,
    Management, OnDestroy, Origin, Place, Policy, PolicyForm, RatingsAndReviews, Reason,
    Requirement, ScaleUnit, Unknown,
};
use crate::{EnvironmentLocation, EnvironmentSku, PolicyKind, PolicyLocation};

/// What an environment may be under a key with; each test spoils a part of it.
struct Scene {
    environment: Environment,
    policy: Policy,
    assignment: Option<Assignment>,
    managed: Option<ManagedEnvironment>,
    declarations: Vec<Declaration>,
    estate: Estate,
}

fn because() -> Unknown {
    Unknown::new(Reason::VariableWithoutValue("x".into()))
}

fn unknown<T>() -> Fact<T> {
    Fact::unknown_at(because(), Origin::default())
}

fn place(text: &str) -> Fact<Place> {
    Place::new(text).into()
}

fn named(symbol: &str) -> Unknown {
    Unknown {
        symbol: Some(symbol.into()),
        ..because()
    }
}

impl Scene {
    /// An environment under a policy of its geo, with all that is needed.
    fn under_key() -> Self {
        let mut environment = Environment::new(Header::new("powerplatform_environment.e"));
        environment.location = EnvironmentLocation::new("europe").into();
        environment.sku = EnvironmentSku::Production.into();
        environment.dataverse = true.into();
        let mut policy = Policy::new(Header::new("ppcmk_enterprise_policy.p"), PolicyForm::Own);
        policy.kind = PolicyKind::Encryption.into();
        policy.location = PolicyLocation::new("europe").into();
        Self {
            environment,
            policy,
            assignment: Some(Assignment::new(Header::new(
                "ppcmk_environment_assignment.a",
            ))),
            managed: Some(ManagedEnvironment {
                header: Header::new("powerplatform_managed_environment.m"),
                environment: Link::default(),
            }),
            declarations: Vec::new(),
            estate: Estate::default(),
        }
    }

    /// The same, with a declaration.
    fn declaring(fill: impl FnOnce(&mut Declaration)) -> Self {
        let mut scene = Self::under_key();
        let mut declaration = Declaration::new(Header::new("data.ppcmk_coverage.d"));
        fill(&mut declaration);
        scene.declarations.push(declaration);
        scene
    }

    /// The same, with finance and operations.
    fn with_finance(fill: impl FnOnce(&mut FinanceAndOperations)) -> Self {
        let mut finance = FinanceAndOperations {
            hosting: Hosting::Unified.into(),
            ..FinanceAndOperations::default()
        };
        fill(&mut finance);
        Self::declaring(|declaration| declaration.finance_and_operations = finance.into())
    }

    fn changed(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn assess(mut self) -> EnvironmentCoverage {
        let environment = Link::to(self.estate.add_environment(self.environment));
        let policy = self.estate.add_policy(self.policy);
        if let Some(mut assignment) = self.assignment {
            if matches!(assignment.environment.identity, Identity::Absent) {
                assignment.environment = environment.clone();
            }
            if matches!(assignment.policy.identity, Identity::Absent) {
                assignment.policy = Link::to(policy);
            }
            self.estate.add_assignment(assignment);
        }
        if let Some(mut managed) = self.managed {
            managed.environment = environment.clone();
            self.estate.add_managed_environment(managed);
        }
        for mut declaration in self.declarations {
            declaration.environment = environment.clone();
            self.estate.add_declaration(declaration);
        }
        let coverage = assess(&self.estate).remove(0);
        agrees_with_the_rules(&self.estate, &coverage);
        coverage
    }
}

/// Every rule that a row names reports something about the same estate.
#[track_caller]
fn agrees_with_the_rules(estate: &Estate, coverage: &EnvironmentCoverage) {
    let (findings, _) = crate::rules::check(estate, crate::rules::all().iter().copied());
    let reported: Vec<_> = findings.iter().map(|finding| finding.rule.code).collect();
    for row in &coverage.workloads {
        assert!(
            row.code.is_none_or(|code| reported.contains(&code)),
            "{row:?}: {reported:?}"
        );
    }
}

fn row<'a>(coverage: &'a EnvironmentCoverage, id: &str) -> &'a WorkloadCoverage {
    coverage
        .workloads
        .iter()
        .find(|workload| workload.id == id)
        .unwrap_or_else(|| panic!("no row {id}"))
}

fn has(coverage: &EnvironmentCoverage, id: &str) -> bool {
    coverage.workloads.iter().any(|workload| workload.id == id)
}

/// `covered`, `not_covered CMK102: ...`, as one line.
fn line(row: &WorkloadCoverage) -> String {
    let code = row.code.map(|code| format!(" {code}")).unwrap_or_default();
    format!("{}{code}: {}", row.key_control.as_str(), row.reason)
}

/// What the database's row says after a change, and that the status follows.
#[track_caller]
fn check_base(change: impl FnOnce(&mut Scene), expected: &str) {
    let coverage = Scene::under_key().changed(change).assess();
    assert_eq!(line(row(&coverage, "dataverse-database")), expected);
    let status = match row(&coverage, "dataverse-database").key_control {
        KeyControl::Covered => Status::Full,
        KeyControl::NotCovered => Status::None,
        KeyControl::Unknown | KeyControl::Conditional => Status::Unknown,
    };
    assert_eq!(coverage.status, status, "{expected}");
}

const COVERED: &str = "covered: the environment is under the key";

#[test]
fn an_environment_with_all_it_needs_is_covered() {
    check_base(|_| (), COVERED);
    for sku in ["Sandbox", "Developer", "Default"] {
        check_base(
            |scene| scene.environment.sku = EnvironmentSku::new(sku).into(),
            COVERED,
        );
    }
    check_base(
        |scene| {
            scene.managed = None;
            scene.environment.managed = true.into();
        },
        COVERED,
    );
    check_base(
        |scene| {
            scene.policy.location = PolicyLocation::new("uk").into();
            scene.environment.location = EnvironmentLocation::new("unitedkingdom").into();
        },
        COVERED,
    );
}

#[test]
fn each_precondition_that_fails_has_its_rule() {
    check_base(
        |scene| {
            scene.assignment = None;
            scene.environment.requirement = Requirement::Required {
                because: "the test".into(),
            };
        },
        "not_covered CMK101: no encryption policy is assigned to the environment",
    );
    check_base(
        |scene| scene.policy.location = PolicyLocation::new("unitedstates").into(),
        "not_covered CMK102: the policy is in `unitedstates`, the environment in `europe`",
    );
    check_base(
        |scene| scene.managed = None,
        "not_covered CMK103: nothing makes the environment a managed one",
    );
    check_base(
        |scene| {
            scene.managed = None;
            scene.environment.managed = false.into();
        },
        "not_covered CMK103: the environment is not managed",
    );
    check_base(
        |scene| scene.environment.sku = EnvironmentSku::Trial.into(),
        "not_covered CMK104: environments of type Trial cannot be under a key",
    );
    check_base(
        |scene| scene.environment.dataverse = false.into(),
        "not_covered CMK105: the environment has no Dataverse",
    );
    check_base(
        |scene| scene.environment.dataverse = Fact::default(),
        "not_covered CMK105: the environment has no Dataverse",
    );
}

#[test]
fn a_policy_that_encrypts_nothing_covers_nothing() {
    type Spoil = fn(&mut Policy);
    let raw = |scene: &mut Scene| {
        scene.policy.form = PolicyForm::Raw;
        scene.policy.has_encryption = true.into();
        scene.policy.identity = IdentityKind::SystemAssigned.into();
    };
    check_base(raw, COVERED);
    let cases: [(Spoil, &str); 5] = [
        (
            |policy| policy.kind = PolicyKind::NetworkInjection.into(),
            "it is of another kind",
        ),
        (
            |policy| policy.kind = Fact::default(),
            "it is of another kind",
        ),
        (
            |policy| policy.has_encryption = false.into(),
            "it names no key",
        ),
        (
            |policy| policy.encryption_enabled = false.into(),
            "its encryption is not enabled",
        ),
        (
            |policy| policy.identity = IdentityKind::UserAssigned.into(),
            "it has no identity assigned by the system",
        ),
    ];
    for (spoil, why) in cases {
        check_base(
            |scene| {
                raw(scene);
                spoil(&mut scene.policy);
            },
            &format!("not_covered CMK109: the assigned policy encrypts nothing: {why}"),
        );
    }
    check_base(
        |scene| {
            raw(scene);
            scene.policy.kind = unknown();
        },
        "unknown: whether the policy encrypts is not known: variable `x` has no value",
    );
}

#[test]
fn an_environment_group_has_only_managed_environments() {
    check_base(
        |scene| {
            scene.managed = None;
            scene.environment.group = "g".to_owned().into();
        },
        "covered: the environment is under the key",
    );
}

#[test]
fn what_is_unknown_is_named_and_never_covered() {
    check_base(
        |scene| {
            scene.assignment.as_mut().unwrap().header.existence = Existence::Possible(because());
        },
        "unknown: whether an encryption policy is assigned is not known: variable `x` has no value",
    );
    check_base(
        |scene| {
            let stray = Identity::Unknown(named("var.other")).into();
            scene.assignment.as_mut().unwrap().environment = stray;
            scene.environment.assigned = false.into();
            scene.environment.requirement = Requirement::Required {
                because: "the test".into(),
            };
        },
        "unknown: whether an encryption policy is assigned is not known: variable `x` has no value",
    );
    check_base(
        |scene| {
            scene.managed = None;
            scene.environment.group = unknown();
        },
        "unknown: whether the environment is managed is not known: variable `x` has no value",
    );
    check_base(
        |scene| {
            scene.managed = None;
            scene.estate.scope.unseen.push(because());
        },
        "unknown: whether the environment is managed is not known: variable `x` has no value",
    );
    check_base(
        |scene| scene.managed.as_mut().unwrap().header.existence = Existence::Possible(because()),
        "unknown: whether the environment is managed is not known: variable `x` has no value",
    );
    check_base(
        |scene| scene.environment.sku = unknown(),
        "unknown: the type of the environment is not known: variable `x` has no value",
    );
    check_base(
        |scene| scene.environment.sku = EnvironmentSku::new("Preview").into(),
        "unknown: whether this type of environment can be under a key is not known: no document says",
    );
    check_base(
        |scene| scene.environment.dataverse = unknown(),
        "unknown: whether the environment has Dataverse is not known: variable `x` has no value",
    );
    check_base(
        |scene| scene.policy.location = unknown(),
        "unknown: whether policy and environment are in one geo is not known: variable `x` has no value",
    );
    check_base(
        |scene| scene.environment.location = EnvironmentLocation::new("atlantis").into(),
        "unknown: whether policy and environment are in one geo is not known: `europe` and `atlantis`",
    );
    check_base(
        |scene| {
            let elsewhere = Identity::Elsewhere("/subscriptions/s".into()).into();
            scene.assignment.as_mut().unwrap().policy = elsewhere;
        },
        "unknown: whether policy and environment are in one geo is not known: the policy is not part of what was read",
    );
}

#[test]
fn what_is_wrong_wins_over_what_is_unknown() {
    check_base(
        |scene| {
            scene.environment.dataverse = unknown();
            scene.environment.sku = EnvironmentSku::Teams.into();
            scene.managed = None;
        },
        "not_covered CMK103: nothing makes the environment a managed one",
    );
}

#[test]
fn a_system_id_tells_where_the_policy_is() {
    let policy = |geo: &str| {
        let id = format!(
            "/regions/{geo}/providers/microsoft.powerplatform/enterprisepolicies/33333333-3333-3333-3333-333333333333"
        );
        Identity::Elsewhere(id.into()).into()
    };
    check_base(
        |scene| scene.assignment.as_mut().unwrap().policy = policy("europe"),
        COVERED,
    );
    check_base(
        |scene| scene.assignment.as_mut().unwrap().policy = policy("asia"),
        "not_covered CMK102: the policy is in `asia`, the environment in `europe`",
    );
}

#[test]
fn a_link_that_exists_implies_what_the_service_checked() {
    let observed = |scene: &mut Scene| {
        scene.environment.header.management = Management::Inventory;
        scene.environment.assigned = true.into();
        scene.environment.managed = true.into();
        scene.environment.sku = Fact::default();
        scene.environment.dataverse = Fact::default();
        scene.managed = None;
        scene.assignment = None;
    };
    check_base(observed, COVERED);
    check_base(
        |scene| {
            observed(scene);
            scene.environment.dataverse = false.into();
        },
        "not_covered: the environment has no Dataverse",
    );
    check_base(
        |scene| {
            observed(scene);
            scene.environment.managed = Fact::default();
        },
        COVERED,
    );
    check_base(
        |scene| {
            observed(scene);
            scene.environment.managed = false.into();
        },
        "not_covered: the environment is not managed",
    );
    // The plan links another policy, which the service has not accepted yet.
    check_base(
        |scene| {
            scene.environment.assigned = true.into();
            scene.environment.sku = Fact::default();
            scene.assignment.as_mut().unwrap().swapped = true;
        },
        "unknown: the type of the environment is not known: it is not declared",
    );
}

#[test]
fn a_plan_that_takes_the_assignment_away_takes_the_key_away() {
    let removed = |on_destroy: OnDestroy, action: Action| {
        move |scene: &mut Scene| {
            let assignment = scene.assignment.as_mut().unwrap();
            assignment.header.change = Some(Change::new(action));
            assignment.on_destroy = on_destroy.into();
            scene.environment.assigned = true.into();
        }
    };
    check_base(
        removed(OnDestroy::Unlink, Action::Delete),
        "not_covered CMK120: the plan takes the environment off its key, with `ppcmk_environment_assignment.a`",
    );
    check_base(removed(OnDestroy::Abandon, Action::Delete), COVERED);
    check_base(removed(OnDestroy::Unlink, Action::Forget), COVERED);
}

#[test]
fn without_anything_about_keys_there_is_nothing_to_assess() {
    assert!(assess(&Estate::default()).is_empty());
    let mut estate = Estate::default();
    let mut environment = Environment::new(Header::new("data.powerplatform_environments.all"));
    environment.header.management = Management::DataSource;
    environment.assigned = false.into();
    estate.add_environment(environment);
    estate.add_environment(Environment::new(Header::new("powerplatform_environment.e")));
    assert!(assess(&estate).is_empty());
}

#[test]
fn optional_apps_that_nobody_declared_are_not_listed() {
    let coverage = Scene::under_key().assess();
    for id in [
        "d365-sales",
        "power-bi",
        "d365-business-central",
        "fo-environment-resources",
    ] {
        assert!(!has(&coverage, id), "{id}");
    }
    assert_eq!(coverage.gaps().count(), 0);
    assert_eq!(coverage.geo, Geo::from_any_name("europe"));
}

#[test]
fn parts_that_no_key_reaches_are_listed_and_do_not_count() {
    let coverage = Scene::under_key().assess();
    let settings = row(&coverage, "connector-connection-settings");
    assert_eq!(settings.part, Part::Residual);
    assert_eq!(
        line(settings),
        "not_covered: in every environment: connection settings stay on Microsoft's key"
    );
    assert_eq!(
        row(&coverage, "hosted-machine-group-disks").key_control,
        KeyControl::Conditional
    );
    assert_eq!(
        row(&coverage, "ai-builder").key_control,
        KeyControl::Unknown
    );
    assert_eq!(row(&coverage, "platform-metadata-tenant").geo, None);
    assert_eq!(coverage.status, Status::Full);
}

#[test]
fn environments_that_get_no_key_say_so() {
    let coverage = Scene::under_key()
        .changed(|scene| scene.environment.sku = EnvironmentSku::Teams.into())
        .assess();
    assert_eq!(row(&coverage, "dataverse-for-teams").code, Some("CMK104"));
    let coverage = Scene::under_key()
        .changed(|scene| scene.environment.dataverse = false.into())
        .assess();
    assert_eq!(
        row(&coverage, "non-dataverse-environment").code,
        Some("CMK105")
    );
}

fn retail() -> Scene {
    Scene::declaring(|declaration| {
        declaration.finance_and_operations = FinanceAndOperations {
            hosting: Hosting::LifecycleServices.into(),
            region: place("westeurope"),
            integration: true.into(),
            apps: vec![
                App::Finance,
                App::SupplyChainManagement,
                App::Commerce,
                App::HumanResources,
                App::ProjectOperations,
                App::IntelligentOrderManagement,
                App::DemandPlanning,
                App::FraudProtection,
                App::Other("payroll".into()),
            ]
            .into(),
            standalone_rcs: true.into(),
        }
        .into();
        let unit = |name: &str, region: &str| ScaleUnit {
            name: name.to_owned().into(),
            region: place(region),
            ..ScaleUnit::default()
        };
        declaration.commerce_scale_units = vec![
            unit("csu-emea", "northeurope"),
            unit("csu-apac", "southeastasia"),
        ]
        .into();
        declaration.ecommerce = Ecommerce {
            region: place("westeurope"),
            content_management: true.into(),
            recommendations: true.into(),
            ratings_and_reviews: RatingsAndReviews {
                region: place("unitedstates"),
            }
            .into(),
        }
        .into();
    })
}

#[test]
fn a_retailer_sees_every_workload_once() {
    let coverage = retail().assess();
    let seen: Vec<String> = coverage
        .workloads
        .iter()
        .filter(|row| row.part == Part::Declared || row.id.starts_with("fo-"))
        .map(|row| {
            let instance = row.instance.as_deref().unwrap_or("-");
            let geo = row.geo.map_or("-", Geo::id);
            let code = row.code.unwrap_or("-");
            format!(
                "{} {instance} {} {geo} {code}",
                row.id,
                row.key_control.as_str()
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            "fo-environment-resources - covered europe -",
            "fo-environment-resources payroll unknown europe -",
            "fo-region-rollout - unknown europe -",
            "fo-cmk-before-integration - conditional europe -",
            "d365-finance - covered europe -",
            "d365-finance-rcs-data - not_covered - CMK308",
            "d365-scm - covered europe -",
            "d365-demand-planning - not_covered europe CMK309",
            "d365-commerce-hq - covered europe -",
            "d365-commerce-ecommerce-cms - not_covered europe CMK304",
            "d365-commerce-recommendations - not_covered europe CMK304",
            "d365-commerce-csu csu-emea covered europe -",
            "d365-commerce-csu csu-apac not_covered asia CMK301",
            "d365-commerce-ecommerce - covered europe -",
            "d365-commerce-ratings-reviews - not_covered unitedstates CMK303",
            "d365-human-resources-fo - covered europe -",
            "d365-project-operations-fo - covered europe -",
            "d365-intelligent-order-management - covered europe -",
            "d365-fraud-protection - covered europe -",
            "fo-addin-tax-calculation - not_covered europe CMK308",
            "fo-addin-electronic-invoicing - not_covered europe CMK308",
            "fo-addin-other - covered europe -",
            "lcs-metadata - not_covered - -",
            "fo-dual-write-staging - unknown europe -",
        ]
    );
    assert_eq!(coverage.status, Status::Partial);
    assert_eq!(coverage.gaps().count(), 10);
    assert_eq!(
        coverage
            .gaps()
            .map(|row| row.id)
            .filter(|id| *id == "d365-commerce-csu")
            .count(),
        1
    );
}

#[test]
fn unified_finance_and_operations_can_be_covered_in_full() {
    let coverage = Scene::with_finance(|finance| {
        finance.apps = vec![App::Finance].into();
        finance.standalone_rcs = false.into();
    })
    .assess();
    assert_eq!(coverage.status, Status::Full);
    assert!(!has(&coverage, "lcs-metadata"));
    assert!(!has(&coverage, "d365-scm"));
}

/// The rows of finance and operations after a change of what is declared.
#[track_caller]
fn check_finance(fill: impl FnOnce(&mut FinanceAndOperations), expected: &[(&str, &str)]) {
    let coverage = Scene::with_finance(fill).assess();
    for (id, expected) in expected {
        assert_eq!(line(row(&coverage, id)), *expected, "{id}");
    }
}

#[test]
fn without_integration_nothing_of_it_is_covered() {
    let reason = "not_covered CMK305: Power Platform integration is not enabled";
    check_finance(
        |finance| {
            finance.hosting = Hosting::LifecycleServices.into();
            finance.integration = false.into();
            finance.apps = vec![App::Finance, App::IntelligentOrderManagement].into();
        },
        &[
            ("fo-environment-resources", reason),
            ("fo-without-integration", reason),
            ("d365-finance", reason),
            ("d365-intelligent-order-management", COVERED),
            (
                "fo-cmk-before-integration",
                "not_covered CMK306: the environment gets its key before the integration, which is not supported",
            ),
        ],
    );
}

#[test]
fn cloud_hosted_is_never_covered() {
    let reason = "not_covered CMK307: cloud-hosted environments are outside of the policy";
    check_finance(
        |finance| finance.hosting = Hosting::CloudHosted.into(),
        &[
            ("fo-cloud-hosted", reason),
            ("fo-environment-resources", reason),
            ("fo-addin-other", reason),
        ],
    );
}

#[test]
fn what_is_not_declared_about_it_is_unknown() {
    let prefix = "unknown: whether Power Platform integration is enabled is not known: ";
    check_finance(
        |finance| finance.hosting = Hosting::LifecycleServices.into(),
        &[(
            "fo-environment-resources",
            &format!("{prefix}it is not declared"),
        )],
    );
    check_finance(
        |finance| {
            finance.hosting = Hosting::LifecycleServices.into();
            finance.integration = unknown();
        },
        &[(
            "fo-environment-resources",
            &format!("{prefix}variable `x` has no value"),
        )],
    );
    check_finance(
        |finance| finance.hosting = Hosting::new("basement").into(),
        &[(
            "fo-environment-resources",
            "unknown: how finance and operations is hosted is not known: `basement` is not a kind of hosting",
        )],
    );
    check_finance(
        |finance| finance.apps = unknown(),
        &[(
            "d365-demand-planning",
            "unknown: whether it is in use is not known: variable `x` has no value",
        )],
    );
    check_finance(
        |finance| finance.standalone_rcs = unknown(),
        &[
            (
                "fo-addin-tax-calculation",
                "unknown: whether configuration is authored in a stand-alone Regulatory Configuration Service is not known: variable `x` has no value",
            ),
            (
                "d365-finance-rcs-data",
                "unknown: whether configuration is authored in a stand-alone Regulatory Configuration Service is not known: variable `x` has no value",
            ),
        ],
    );
    check_finance(
        |_| (),
        &[(
            "fo-addin-tax-calculation",
            "conditional: unless configuration is authored in a stand-alone Regulatory Configuration Service, which is not declared",
        )],
    );
    let coverage =
        Scene::declaring(|declaration| declaration.finance_and_operations = unknown()).assess();
    assert_eq!(
        line(row(&coverage, "fo-environment-resources")),
        "unknown: whether there is finance and operations is not known: variable `x` has no value"
    );
    assert_eq!(coverage.status, Status::Unknown);
}

/// A scale unit's row, by its region and that of finance and operations.
#[track_caller]
fn check_scale_unit(finance: Fact<Place>, unit: Fact<Place>, expected: &str) {
    let mut scene = Scene::with_finance(|facts| facts.region = finance);
    scene.declarations[0].commerce_scale_units = vec![ScaleUnit {
        region: unit,
        ..ScaleUnit::default()
    }]
    .into();
    let coverage = scene.assess();
    let unit = row(&coverage, "d365-commerce-csu");
    assert_eq!(unit.instance.as_deref(), Some("commerce_scale_units[0]"));
    assert_eq!(line(unit), expected);
}

#[test]
fn a_scale_unit_has_to_share_the_geo() {
    let covered = "covered: the environment is under the key and integrated; the scale unit and finance and operations are in one geo";
    check_scale_unit(Fact::default(), place("West Europe"), covered);
    check_scale_unit(place("northeurope"), place("europe"), covered);
    check_scale_unit(place("moonbase"), place("Moon Base"), covered);
    check_scale_unit(
        Fact::default(),
        place("uksouth"),
        "not_covered CMK301: another geo: the scale unit in `uksouth`, finance and operations in `europe`",
    );
    check_scale_unit(
        place("southeastasia"),
        place("westeurope"),
        "not_covered CMK301: another geo: the scale unit in `westeurope`, finance and operations in `southeastasia`",
    );
    let open =
        "unknown: whether the scale unit and finance and operations are in one geo is not known: ";
    // Of the two geos of this region, one has finance and operations there.
    check_scale_unit(place("southeastasia"), place("eastasia"), covered);
    check_scale_unit(
        place("usgovvirginia"),
        place("moonbase"),
        &format!("{open}`moonbase` and `usgovvirginia`"),
    );
    check_scale_unit(
        Fact::default(),
        place("moonbase"),
        &format!("{open}`moonbase` and `europe`"),
    );
    check_scale_unit(
        Fact::default(),
        unknown(),
        &format!("{open}variable `x` has no value"),
    );
    check_scale_unit(
        Fact::default(),
        Fact::default(),
        &format!("{open}its region is not declared"),
    );
    check_scale_unit(
        unknown(),
        place("westeurope"),
        &format!("{open}variable `x` has no value"),
    );
}

#[test]
fn the_geo_of_a_gap_is_known_even_where_the_key_is_missing() {
    let coverage = retail()
        .changed(|scene| {
            scene.assignment = None;
        })
        .assess();
    let codes: Vec<_> = coverage
        .workloads
        .iter()
        .filter(|row| row.id == "d365-commerce-csu")
        .map(|row| (row.geo.map(Geo::id), row.code))
        .collect();
    assert_eq!(
        codes,
        [
            (Some("europe"), Some("CMK101")),
            (Some("asia"), Some("CMK301"))
        ]
    );
    assert_eq!(
        row(&coverage, "d365-commerce-ecommerce").code,
        Some("CMK101")
    );
}

#[test]
fn a_geo_without_scale_unit_regions_is_a_doubt() {
    let mut scene = Scene::with_finance(|finance| finance.region = place("francecentral"));
    scene.declarations[0].commerce_scale_units = vec![ScaleUnit::default()].into();
    let coverage = scene.assess();
    let doubt = row(&coverage, "d365-commerce-csu-no-local-region");
    assert_eq!(
        (doubt.part, doubt.key_control),
        (Part::Conditional, KeyControl::Conditional)
    );
    assert!(!has(
        &retail().assess(),
        "d365-commerce-csu-no-local-region"
    ));
}

#[test]
fn parts_of_ecommerce_count_only_when_they_are_declared() {
    let with = |content_management: Fact<bool>| {
        Scene::declaring(|declaration| {
            declaration.ecommerce = Ecommerce {
                content_management,
                ..Ecommerce::default()
            }
            .into();
        })
        .assess()
    };
    let id = "d365-commerce-ecommerce-cms";
    assert_eq!(row(&with(Fact::default()), id).part, Part::Conditional);
    assert!(!has(&with(false.into()), id));
    assert_eq!(row(&with(true.into()), id).code, Some("CMK304"));
    assert_eq!(row(&with(unknown()), id).key_control, KeyControl::Unknown);
}

#[test]
fn declarations_of_other_environments_are_found_by_id_and_by_symbol() {
    for identity in [
        Identity::Elsewhere("00000000-0000-0000-0000-000000000001".into()),
        Identity::Unknown(named("var.environment_id")),
    ] {
        let mut estate = Estate::default();
        let mut declaration = Declaration::new(Header::new("data.ppcmk_coverage.d"));
        declaration.environment = identity.clone().into();
        estate.add_declaration(declaration);
        let mut assignment = Assignment::new(Header::new("ppcmk_environment_assignment.a"));
        assignment.environment = identity.into();
        estate.add_assignment(assignment);
        let coverage = assess(&estate);
        assert_eq!(coverage.len(), 1);
        assert_eq!(&*coverage[0].environment, "data.ppcmk_coverage.d");
        assert_eq!(coverage[0].status, Status::Unknown);
        let reason = &row(&coverage[0], "dataverse-database").reason;
        // It is assigned, so the next thing that nobody knows is named.
        assert!(
            reason.starts_with("whether the environment is managed"),
            "{reason}"
        );
    }
}

#[test]
fn an_assignment_alone_lists_its_environment() {
    let mut estate = Estate::default();
    for (name, identity) in [
        ("a", Identity::Elsewhere("e1".into())),
        ("b", Identity::Unknown(named("var.e"))),
        ("c", Identity::Elsewhere("e1".into())),
        ("d", Identity::Unknown(because())),
    ] {
        let mut assignment = Assignment::new(Header::new(name));
        assignment.environment = identity.into();
        estate.add_assignment(assignment);
    }
    let names: Vec<_> = assess(&estate)
        .into_iter()
        .map(|coverage| coverage.environment.to_string())
        .collect();
    assert_eq!(names, ["e1", "var.e", "d"]);
}

#[test]
fn two_declarations_of_one_environment_give_the_worse_answer() {
    let mut scene = Scene::with_finance(|finance| {
        finance.hosting = Hosting::LifecycleServices.into();
        finance.integration = true.into();
    });
    let mut other = Declaration::new(Header::new("data.ppcmk_coverage.other"));
    other.finance_and_operations = FinanceAndOperations {
        hosting: Hosting::LifecycleServices.into(),
        integration: false.into(),
        ..FinanceAndOperations::default()
    }
    .into();
    scene.declarations.push(other);
    // A third one leaves finance and operations to the first.
    let mut third = Declaration::new(Header::new("data.ppcmk_coverage.third"));
    third.commerce_scale_units = vec![ScaleUnit {
        region: place("westeurope"),
        ..ScaleUnit::default()
    }]
    .into();
    scene.declarations.push(third);
    let coverage = scene.assess();
    assert_eq!(
        row(&coverage, "fo-environment-resources").code,
        Some("CMK305")
    );
    assert_eq!(
        row(&coverage, "d365-commerce-csu").key_control,
        KeyControl::Covered
    );
    let rows = coverage
        .workloads
        .iter()
        .filter(|row| row.id == "fo-environment-resources");
    assert_eq!(rows.count(), 1);
}

#[test]
fn every_row_says_why_in_one_line() {
    let coverage = retail().assess();
    for row in &coverage.workloads {
        assert!(
            !row.reason.is_empty() && !row.reason.ends_with('.'),
            "{row:?}"
        );
        assert!(!row.reason.contains('\n'), "{row:?}");
    }
}
