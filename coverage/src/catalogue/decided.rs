//! How an environment's answer about a workload is found.

use crate::estate::App;

/// How an environment's answer about a workload is found. [`crate::assessment`] carries it out.
pub(crate) enum Decided {
    /// Part of the environment: covered when the environment is under the key.
    WithEnvironment,
    /// As above, where it is used, which nothing shows.
    WithEnvironmentIfUsed,
    /// Covered if the environment is under the key and this holds, which nothing shows.
    If(&'static str),
    /// Nobody says what the key does for it, even where the environment is under the key.
    Unsettled(Lives, &'static str),
    /// Never covered, in any environment, because of this.
    Never(Lives, &'static str),
    /// Never covered where it is used, which nothing shows.
    NeverIfUsed(Lives, &'static str),
    /// Environments of type Teams, which get no key.
    OfTypeTeams,
    /// Environments without Dataverse, which get no key.
    WithoutDataverse,
    /// A part of finance and operations.
    FinanceAndOperations(UseOf),
    /// Not in an environment's list: nobody can declare it, or it is not about coverage.
    NotListed,
}

/// Where the data of a workload lives.
#[derive(Clone, Copy)]
pub(crate) enum Lives {
    /// With the environment.
    Inside,
    /// Somewhere else, which nothing shows.
    Outside,
}

/// What of a finance and operations environment a workload belongs to.
pub(crate) enum UseOf {
    /// Its databases and storage.
    Resources,
    /// The state of having no Power Platform integration.
    NoIntegration,
    /// Virtual machines in the customer's own subscription.
    CloudHosting,
    /// The order of key and integration.
    KeyBeforeIntegration,
    /// An app.
    App(App),
    /// An app that keeps its data in Dataverse.
    AppOnDataverse(App),
    /// An app that is never covered in full, because of this.
    AppInPart(App, &'static str),
    /// Covered like its environment where this app is used.
    ServiceOf(App),
    /// Data of a stand-alone Regulatory Configuration Service.
    RegulatoryData,
    /// An add-in that is not covered with a stand-alone Regulatory Configuration Service.
    RegulatoryAddIn,
    /// All other add-ins.
    AddIns,
    /// Projects of Lifecycle Services.
    LifecycleServices,
    /// Commerce Scale Units.
    ScaleUnits,
    /// The state of having no region for scale units in the geo.
    NoScaleUnitRegion,
    /// E-commerce.
    Ecommerce,
    /// Content management of e-commerce.
    ContentManagement,
    /// Product recommendations.
    Recommendations,
    /// Ratings and reviews.
    RatingsAndReviews,
    /// Nobody says what the key does for it.
    Unsettled(&'static str),
}
