//! The arguments and attributes of `ppcmk_coverage` as structs.

use tfplugin::{Attr, Model};

/// Elements of lists may be unknown while Terraform validates.
type List<T> = Attr<Vec<Attr<T>>>;

#[derive(Clone, Debug, Default, Model)]
pub(crate) struct Coverage {
    pub(super) environment_id: Attr<String>,
    pub(super) live: Attr<bool>,
    pub(super) finance_and_operations: Attr<FinanceAndOperations>,
    pub(super) commerce_scale_units: List<ScaleUnit>,
    pub(super) ecommerce: Attr<Ecommerce>,
    pub(super) status: Attr<String>,
    pub(super) gaps: Attr<Vec<Row>>,
    pub(super) workloads: Attr<Vec<Row>>,
}

#[derive(Clone, Debug, Default, Model)]
pub(super) struct FinanceAndOperations {
    pub(super) hosting: Attr<String>,
    pub(super) region: Attr<String>,
    pub(super) power_platform_integration: Attr<bool>,
    pub(super) apps: List<String>,
    pub(super) standalone_rcs: Attr<bool>,
}

#[derive(Clone, Debug, Default, Model)]
pub(super) struct ScaleUnit {
    pub(super) name: Attr<String>,
    pub(super) region: Attr<String>,
}

#[derive(Clone, Debug, Default, Model)]
pub(super) struct Ecommerce {
    pub(super) region: Attr<String>,
    pub(super) content_management: Attr<bool>,
    pub(super) recommendations: Attr<bool>,
    pub(super) ratings_and_reviews: Attr<RatingsAndReviews>,
}

#[derive(Clone, Debug, Default, Model)]
pub(super) struct RatingsAndReviews {
    pub(super) region: Attr<String>,
}

/// One workload of the result.
#[derive(Clone, Debug, Default, Model)]
pub(super) struct Row {
    pub(super) id: Attr<String>,
    pub(super) title: Attr<String>,
    pub(super) instance: Attr<String>,
    pub(super) part: Attr<String>,
    pub(super) key_control: Attr<String>,
    pub(super) geo: Attr<String>,
    pub(super) reason: Attr<String>,
    pub(super) code: Attr<String>,
    pub(super) source: Attr<String>,
}

impl Coverage {
    /// Whether the tenant is asked.
    pub(super) fn is_live(&self) -> bool {
        self.live != Attr::Known(false)
    }
}
