//! The properties of the fuzz targets on damaged inputs: a bounded, repeatable run of what
//! `cargo fuzz` does without end.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, which fail by panicking"
)]

#[path = "../fuzz/properties.rs"]
mod properties;

use ppcmk_coverage::rules;

/// Pieces that mean something to one of the languages.
const PIECES: [&str; 30] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "${",
    "%{",
    "<<EOT\n",
    "\n",
    "#",
    "/*",
    "=",
    ",",
    ":",
    "null",
    "true",
    "-1",
    "1e999",
    "\u{0}",
    "\u{feff}",
    "é",
    "for_each",
    "count = 0",
    "[*]",
    "...",
    "\\u0000",
    "- &a [*a]",
    "\"\"\"",
];

/// A small generator of numbers, the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }

    /// Damages a text in one to four places.
    fn damage(&mut self, text: &[u8]) -> Vec<u8> {
        let mut bytes = text.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(40)).min(bytes.len());
            match self.below(6) {
                0 => bytes.truncate(at),
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let copy = bytes[at..end].to_vec();
                    let _ = bytes.splice(at..at, copy);
                }
                3 if at < bytes.len() => bytes[at] = u8::try_from(self.below(256)).unwrap(),
                _ => {
                    let piece = PIECES[self.below(PIECES.len())];
                    let _ = bytes.splice(at..at, piece.bytes());
                }
            }
        }
        bytes
    }
}

fn run(seeds: &[&[u8]], rounds: usize, property: fn(&[u8])) {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for seed in seeds {
        property(seed);
        for _ in 0..rounds {
            property(&random.damage(seed));
        }
    }
}

#[test]
fn configurations() {
    let examples: Vec<&[u8]> = rules::all()
        .iter()
        .map(|rule| rule.example.before.as_bytes())
        .collect();
    run(&examples, 25, properties::hcl);
}

#[test]
fn configurations_in_json() {
    let seed = br#"{
  "locals": { "geos": ["europe"] },
  "variable": { "x": { "default": null, "type": "string" } },
  "resource": {
    "ppcmk_enterprise_policy": { "p": [{ "for_each": "${toset(local.geos)}", "location": "${each.key}" }] },
    "azurerm_key_vault": { "v": { "network_acls": { "bypass": "None", "default_action": "Deny" } } }
  },
  "module": { "m": { "source": "./m", "//": "a comment" } }
}"#;
    run(&[seed], 400, properties::tf_json);
}

#[test]
fn plans() {
    let seeds: [&[u8]; 3] = [
        include_bytes!("fixtures/plans/create.json"),
        include_bytes!("fixtures/plans/replace.json"),
        include_bytes!("fixtures/plans/destroy.json"),
    ];
    run(&seeds, 60, properties::plan);
}

#[test]
fn states() {
    run(
        &[include_bytes!("fixtures/plans/state.json")],
        100,
        properties::state,
    );
}

#[test]
fn configurations_of_the_program() {
    let seed = br#"
fail-on = "warning"
inventory = "tenant.yaml"
[coverage]
require = ["powerplatform_environment.*"]
allowed-geos = ["europe"]
[rules.CMK207]
level = "error"
[[ignore]]
code = "CMK301"
address = "data.ppcmk_coverage.retail"
instance = "csu-apac"
reason = "holds no customer data"
until = 2027-01-31
"#;
    run(&[seed], 300, properties::configuration);
}

#[test]
fn inventories() {
    let yaml = br"
environments:
  - name: retail
    location: europe
    assigned: true
    finance_and_operations: { hosting: unified, apps: [commerce] }
    commerce_scale_units: [{ name: csu-apac, region: southeastasia }]
";
    let json = br#"{ "environments": { "retail": { "location": "europe", "managed": false } } }"#;
    let hcl = b"environment \"retail\" {\n  location = \"europe\"\n  ecommerce = { region = \"uksouth\" }\n}\n";
    run(&[yaml, json, hcl], 120, properties::inventory);
}
