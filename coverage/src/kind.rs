//! The services' own words, as open enumerations.
//!
//! None of these lists is closed: the services add words without notice (API facts 8.2, "unknown
//! enum values"), so an unknown word is kept and shown, never an error.

/// Defines an enumeration with an `Other` variant that keeps an unknown word.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A word that is not in this list, as the service wrote it.
            Other(String),
        }

        impl $name {
            /// Takes any word; case does not matter for the known ones.
            pub fn new(word: &str) -> Self {
                $(if word.eq_ignore_ascii_case($word) {
                    return Self::$variant;
                })*
                Self::Other(word.to_owned())
            }

            /// The service's word.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                Self::new(word)
            }
        }
    };
}

open_enum! {
    /// The kind of an enterprise policy (API facts 2.2, published specification).
    PolicyKind {
        /// Customer-managed keys.
        Encryption = "Encryption",
        /// Subnets.
        NetworkInjection = "NetworkInjection",
        /// Managed identities.
        Identity = "Identity",
        /// Customer Lockbox.
        Lockbox = "Lockbox",
        /// Private endpoints.
        PrivateEndpoint = "PrivateEndpoint",
    }
}

open_enum! {
    /// How far the link between an environment and a policy is (API facts 4.3).
    ///
    /// `Linked` is captured; the other words are the published enumeration of the Power Platform
    /// API, and `Unlinked` is tolerated by the Go provider.
    ///
    /// ```
    /// use ppcmk_coverage::LinkStatus;
    ///
    /// assert_eq!(LinkStatus::new("linked"), LinkStatus::Linked);
    /// assert_eq!(LinkStatus::new("Paused").to_string(), "Paused");
    /// assert!(LinkStatus::Linking.is_in_progress());
    /// ```
    LinkStatus {
        /// The key is being applied.
        Linking = "Linking",
        /// The key is being taken away.
        Unlinking = "Unlinking",
        /// The policy is linked.
        Linked = "Linked",
        /// The last change failed.
        Failed = "Failed",
        /// The key is being applied while the environment runs.
        LinkingOnline = "LinkingOnline",
        /// The key is being taken away while the environment runs.
        UnlinkingOnline = "UnlinkingOnline",
        /// No policy is linked any more.
        Unlinked = "Unlinked",
    }
}

impl LinkStatus {
    /// Whether the service is still working on it.
    pub fn is_in_progress(&self) -> bool {
        matches!(
            self,
            Self::Linking | Self::Unlinking | Self::LinkingOnline | Self::UnlinkingOnline
        )
    }

    /// Whether the policy is being taken away, or is away.
    pub fn is_leaving(&self) -> bool {
        matches!(
            self,
            Self::Unlinking | Self::UnlinkingOnline | Self::Unlinked
        )
    }
}

open_enum! {
    /// The type of an environment (API facts 4.2).
    EnvironmentSku {
        /// Production.
        Production = "Production",
        /// Sandbox.
        Sandbox = "Sandbox",
        /// Developer.
        Developer = "Developer",
        /// Trial.
        Trial = "Trial",
        /// Trial that came with a subscription.
        SubscriptionBasedTrial = "SubscriptionBasedTrial",
        /// The tenant's default environment.
        Default = "Default",
        /// Dataverse for Teams.
        Teams = "Teams",
        /// Created for another service.
        Platform = "Platform",
        /// Support.
        Support = "Support",
    }
}

impl EnvironmentSku {
    /// Whether customer-managed keys are refused for this type: Trial and Teams by documentation
    /// (API facts 4.4), Default by a capture of 2022 whose present state is not known.
    pub fn refuses_customer_managed_keys(&self) -> bool {
        matches!(
            self,
            Self::Trial | Self::SubscriptionBasedTrial | Self::Teams
        )
    }
}

open_enum! {
    /// The health that Resource Manager shows for a policy. It stays `Undetermined` after a good
    /// link in several reports, so nothing may wait for it (API facts 2.2).
    HealthStatus {
        /// Not known.
        Undetermined = "Undetermined",
        /// Good.
        Healthy = "Healthy",
        /// Something needs attention.
        Warning = "Warning",
        /// The key cannot be used.
        Unhealthy = "Unhealthy",
    }
}
