//! What a user declares about workloads that no API shows (`data "ppcmk_coverage"`, inventory).

use crate::geo::RegionGeo;
use crate::{AzureRegion, Geo, SameGeo};

use super::{Environment, Fact, Header, Link, Origin};

/// The declared workloads of one environment.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// What all objects have.
    pub header: Header,
    /// The environment.
    pub environment: Link<Environment>,
    /// Finance and operations. Absent: there is none.
    pub finance_and_operations: Fact<FinanceAndOperations>,
    /// Commerce Scale Units. Absent: there are none.
    pub commerce_scale_units: Fact<Vec<ScaleUnit>>,
    /// E-commerce. Absent: there is none.
    pub ecommerce: Fact<Ecommerce>,
}

/// A finance and operations environment.
#[derive(Clone, Debug, Default)]
pub struct FinanceAndOperations {
    /// How it is hosted.
    pub hosting: Fact<Hosting>,
    /// Where. Absent: in the environment's own geo.
    pub region: Fact<Place>,
    /// Whether Power Platform integration is enabled; always true for unified hosting, not known
    /// when it is absent.
    pub integration: Fact<bool>,
    /// The apps in use.
    pub apps: Fact<Vec<App>>,
    /// Whether configuration is authored in a stand-alone Regulatory Configuration Service.
    pub standalone_rcs: Fact<bool>,
}

/// How finance and operations is hosted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Hosting {
    /// Administered in the Power Platform admin centre, on Dataverse.
    Unified,
    /// Administered in Lifecycle Services.
    LifecycleServices,
    /// On virtual machines in the customer's own subscription.
    CloudHosted,
    /// A word that is not known.
    Other(String),
}

/// An app of finance and operations.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum App {
    /// Finance.
    Finance,
    /// Supply Chain Management.
    SupplyChainManagement,
    /// Commerce.
    Commerce,
    /// Human Resources, on the infrastructure of finance and operations.
    HumanResources,
    /// Project Operations.
    ProjectOperations,
    /// Intelligent Order Management.
    IntelligentOrderManagement,
    /// Demand planning.
    DemandPlanning,
    /// Fraud Protection.
    FraudProtection,
    /// A word that is not known.
    Other(String),
}

/// A Commerce Scale Unit.
#[derive(Clone, Debug, Default)]
pub struct ScaleUnit {
    /// The name.
    pub name: Fact<String>,
    /// Where.
    pub region: Fact<Place>,
    /// The entry in the list.
    pub origin: Origin,
}

/// The e-commerce tenant.
#[derive(Clone, Debug, Default)]
pub struct Ecommerce {
    /// Where.
    pub region: Fact<Place>,
    /// Whether content management is in use.
    pub content_management: Fact<bool>,
    /// Whether product recommendations are in use.
    pub recommendations: Fact<bool>,
    /// Ratings and reviews. Absent: not in use.
    pub ratings_and_reviews: Fact<RatingsAndReviews>,
}

/// Ratings and reviews.
#[derive(Clone, Debug, Default)]
pub struct RatingsAndReviews {
    /// Where.
    pub region: Fact<Place>,
}

/// Where a workload is: an Azure region or a geo, whichever the user wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// As written.
    pub text: String,
}

impl Place {
    /// Takes any name of an Azure region or of a geo.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
        }
    }

    /// The geo, if the name decides it.
    pub fn geo(&self) -> RegionGeo {
        match Geo::from_any_name(&self.text) {
            Some(geo) => RegionGeo::One(geo),
            None => AzureRegion::new(&self.text).geo(),
        }
    }

    /// The geo of a Commerce Scale Unit that is there, next to what it is compared with. Of a region
    /// that two geos share the published list of regions names one; where that is another geo and the
    /// region lies in `other` all the same, nobody can say.
    pub fn scale_unit_geo(&self, other: &RegionGeo) -> RegionGeo {
        let published = match Geo::from_any_name(&self.text) {
            Some(geo) => RegionGeo::One(geo),
            None => AzureRegion::new(&self.text).scale_unit_geo(),
        };
        let is_elsewhere = |geo: &RegionGeo| geo.same_as(other) == SameGeo::Different;
        if is_elsewhere(&published) && !is_elsewhere(&self.geo()) {
            return self.geo();
        }
        published
    }

    /// The geo of finance and operations in this place. Of a region that geos share it is that of the
    /// environment, where that is one of them (both have to be in one geography, CMK facts 3,
    /// `pre-fo-geo`), otherwise the only one that has finance and operations there.
    pub fn finance_and_operations_geo(&self, environment: Option<Geo>) -> RegionGeo {
        let geo = self.geo();
        let RegionGeo::Several(geos) = &geo else {
            return geo;
        };
        if let Some(own) = environment.filter(|own| geos.contains(own)) {
            return RegionGeo::One(own);
        }
        let region = AzureRegion::new(&self.text);
        let mut hosts = geos
            .iter()
            .filter(|geo| geo.fno_regions().contains(&region.as_str()));
        match (hosts.next(), hosts.next()) {
            (Some(only), None) => RegionGeo::One(*only),
            _ => geo,
        }
    }

    /// Whether two texts name one place: that is in one geo, whether the table knows it or not.
    pub fn is_same_text(one: &str, other: &str) -> bool {
        AzureRegion::new(one) == AzureRegion::new(other)
    }
}

impl Hosting {
    /// Takes any word.
    pub fn new(word: &str) -> Self {
        match word {
            "unified" => Self::Unified,
            "lifecycle_services" => Self::LifecycleServices,
            "cloud_hosted" => Self::CloudHosted,
            _ => Self::Other(word.to_owned()),
        }
    }
}

impl App {
    /// Takes any word.
    pub fn new(word: &str) -> Self {
        match word {
            "finance" => Self::Finance,
            "supply_chain_management" => Self::SupplyChainManagement,
            "commerce" => Self::Commerce,
            "human_resources" => Self::HumanResources,
            "project_operations" => Self::ProjectOperations,
            "intelligent_order_management" => Self::IntelligentOrderManagement,
            "demand_planning" => Self::DemandPlanning,
            "fraud_protection" => Self::FraudProtection,
            _ => Self::Other(word.to_owned()),
        }
    }
}

impl Declaration {
    /// A declaration without workloads.
    pub fn new(header: Header) -> Self {
        Self {
            header,
            environment: Link::default(),
            finance_and_operations: Fact::default(),
            commerce_scale_units: Fact::default(),
            ecommerce: Fact::default(),
        }
    }
}
