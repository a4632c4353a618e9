//! What ignores mean, and what is said about bad ones.

use std::sync::Arc;

use ppcmk_coverage::estate::{Date, Existence, Fact, Location, Step};
use ppcmk_coverage::rules;
use ppcmk_coverage::{Finding, Level, Undecided};

use crate::analysis::{Analysis, Suppressor};
use crate::config::Config;
use crate::judge::{Answers, judge};
use crate::source::{Comment, Instance, Mode, Problem, Sources};
use crate::testing;
use crate::value::{Object, Value};

const MAIN: &str = r#"variable "purge" {
  default = false
}

# COMMENT-BLOCK
resource "azurerm_key_vault" "cmk" {
  # COMMENT-ATTRIBUTE
  purge_protection_enabled = var.purge
}

# COMMENT-CALL
module "vaults" {
  source = "./vaults"
  purge  = false # COMMENT-ARGUMENT
}
"#;
const MODULE: &str =
    "resource \"azurerm_key_vault\" \"this\" {\n  purge_protection_enabled = false\n}\n";
const BLOCK: &str = "resource \"azurerm_key_vault\" \"cmk\" {\n  # COMMENT-ATTRIBUTE\n  purge_protection_enabled = var.purge\n}";
const CALL: &str =
    "module \"vaults\" {\n  source = \"./vaults\"\n  purge  = false # COMMENT-ARGUMENT\n}";

struct Case {
    sources: Sources,
    comments: Vec<Comment>,
    findings: Vec<Finding>,
    undecided: Vec<Undecided>,
    instances: Vec<Instance>,
    problems: Vec<Problem>,
    config: String,
    today: Date,
}

impl Case {
    /// One vault whose setting comes from a variable, one or more from a module.
    fn new() -> Self {
        let mut sources = Sources::default();
        sources.add("main.tf", MAIN);
        sources.add("vaults/main.tf", MODULE);
        Self {
            sources,
            comments: Vec::new(),
            findings: Vec::new(),
            undecided: Vec::new(),
            instances: Vec::new(),
            problems: Vec::new(),
            config: String::new(),
            today: testing::TODAY,
        }
    }

    fn at(&self, file: &str, piece: &str) -> Location {
        testing::place(self.sources.get(file).unwrap(), piece)
    }

    /// A comment that stands at one of the marks and covers a piece of the file.
    fn comment(mut self, mark: &str, text: &str, covers: Option<&str>) -> Self {
        self.comments.push(Comment {
            text: text.into(),
            location: self.at("main.tf", mark),
            covers: covers.map(|piece| self.at("main.tf", piece)),
            module: (covers == Some(CALL)).then(|| Arc::from("module.vaults")),
        });
        self
    }

    fn config(mut self, text: &str) -> Self {
        self.config = text.into();
        self
    }

    fn today(mut self, year: i32, month: u8, day: u8) -> Self {
        self.today = Date { year, month, day };
        self
    }

    /// The vault of the root module, its value from the variable's default.
    fn root(mut self) -> Self {
        let address = "azurerm_key_vault.cmk";
        let mut finding = testing::finding(rules::find("CMK201").unwrap(), address, "off");
        finding.attribute = Some("purge_protection_enabled".into());
        finding.location = Some(self.at("main.tf", "false"));
        finding.block = Some(self.at("main.tf", "resource \"azurerm_key_vault\" \"cmk\""));
        finding.chain = [Step {
            label: "var.purge".into(),
            location: Some(self.at("main.tf", "variable \"purge\"")),
        }]
        .into();
        self.findings.push(finding);
        let extent = self.at("main.tf", BLOCK);
        self.instances.push(instance(address, extent, Vec::new()));
        self
    }

    /// Vaults of two calls of one module, merged because the literal stands in the module.
    fn merged(mut self) -> Self {
        let addresses = ["module.others", "module.vaults[\"a\"]"]
            .map(|module| format!("{module}.azurerm_key_vault.this"));
        let mut finding = testing::finding(rules::find("CMK201").unwrap(), &addresses[0], "off");
        finding.instances = addresses
            .iter()
            .map(|address| address.as_str().into())
            .collect();
        finding.attribute = Some("purge_protection_enabled".into());
        finding.location = Some(self.at("vaults/main.tf", "false"));
        finding.block = Some(self.at("vaults/main.tf", "resource \"azurerm_key_vault\" \"this\""));
        self.findings.push(finding);
        for address in &addresses {
            let call = Step {
                label: "module.x".into(),
                location: address
                    .contains("vaults[")
                    .then(|| self.at("main.tf", "module \"vaults\"")),
            };
            let extent = self.at("vaults/main.tf", MODULE.trim_end());
            self.instances.push(instance(address, extent, vec![call]));
        }
        self
    }

    fn undecided(mut self) -> Self {
        let rule = rules::find("CMK201").unwrap();
        self.undecided
            .push(testing::undecided(rule, "azurerm_key_vault.cmk", "purge"));
        self
    }

    fn judge(self) -> Analysis {
        let config = Config::parse(".ppcmk-lint.toml", &self.config).unwrap();
        let answers = Answers {
            findings: self.findings,
            undecided: self.undecided,
            problems: self.problems,
            comments: self.comments,
            sources: self.sources,
            instances: &self.instances,
            has_sources: true,
            ..Answers::default()
        };
        judge(answers, &config, None, self.today)
    }

    /// The findings that are left, as `code file:line address: message`, and the number of those
    /// that are suppressed.
    #[track_caller]
    fn gives(self, expected: &[&str], suppressed: usize) {
        let analysis = self.judge();
        let shown: Vec<String> = analysis
            .findings
            .iter()
            .map(|finding| {
                let place = finding.location.as_ref().unwrap();
                let (code, line) = (finding.rule.code, place.start.line);
                format!(
                    "{code} {}:{line} {}: {}",
                    place.file,
                    finding.instances.join("+"),
                    finding.message
                )
            })
            .collect();
        assert_eq!(shown, expected);
        assert_eq!(analysis.suppressed.len(), suppressed);
    }
}

fn instance(address: &str, extent: Location, calls: Vec<Step>) -> Instance {
    Instance {
        address: address.into(),
        block: crate::config::without_keys(address).as_ref().into(),
        mode: Mode::Managed,
        type_name: "azurerm_key_vault".into(),
        key: None,
        values: Value::object(Object::default()),
        before: None,
        location: Some(extent.clone()),
        extent: Some(extent),
        calls,
        existence: Existence::Certain,
        change: None,
        prevent_destroy: Fact::default(),
        import_id: None,
    }
}

const FOUND: &str = "CMK201 main.tf:2 azurerm_key_vault.cmk: off";
const GOOD: &str = "ignore CMK201 reason=\"old\"";

#[test]
fn a_comment_covers_its_block() {
    Case::new()
        .root()
        .comment("COMMENT-BLOCK", GOOD, Some(BLOCK))
        .gives(&[], 1);
}

#[test]
fn a_comment_covers_the_literal_and_the_way_of_the_value() {
    let variable = "variable \"purge\" {\n  default = false\n}";
    Case::new()
        .root()
        .comment("COMMENT-BLOCK", GOOD, Some(variable))
        .gives(&[], 1);
    Case::new()
        .root()
        .comment("COMMENT-BLOCK", GOOD, Some("default = false"))
        .gives(&[], 1);
}

#[test]
fn a_comment_covers_the_attribute_that_refers_to_the_literal() {
    let attribute = Some("purge_protection_enabled = var.purge");
    Case::new()
        .root()
        .comment("COMMENT-ATTRIBUTE", GOOD, attribute)
        .gives(&[], 1);
    let other = Some("source = \"./vaults\"");
    Case::new()
        .root()
        .comment("COMMENT-CALL", GOOD, other)
        .gives(
            &[
                FOUND,
                "CMK902 main.tf:11 main.tf: `CMK201` reports nothing that this ignore covers",
            ],
            0,
        );
}

#[test]
fn a_comment_on_a_call_covers_what_the_call_creates() {
    Case::new()
        .merged()
        .comment("COMMENT-CALL", GOOD, Some(CALL))
        .gives(
            &["CMK201 vaults/main.tf:2 module.others.azurerm_key_vault.this: off"],
            1,
        );
}

#[test]
fn entries_cover_by_address() {
    let entry = |address: &str| {
        format!("[[ignore]]\ncode = \"CMK201\"\naddress = \"{address}\"\nreason = \"old\"\n")
    };
    let case = |address: &str| Case::new().merged().config(&entry(address));
    case("module.*").gives(&[], 1);
    case("*.azurerm_key_vault.this").gives(&[], 1);
    case("module.vaults.azurerm_key_vault.this").gives(
        &["CMK201 vaults/main.tf:2 module.others.azurerm_key_vault.this: off"],
        1,
    );
    case("module.nothing").gives(
        &[
            "CMK902 .ppcmk-lint.toml:1 .ppcmk-lint.toml: `CMK201` reports nothing that this ignore covers",
            "CMK201 vaults/main.tf:2 module.others.azurerm_key_vault.this+module.vaults[\"a\"].azurerm_key_vault.this: off",
        ],
        0,
    );
}

#[test]
fn entries_with_an_instance_cover_that_instance_only() {
    let text = "[[ignore]]\ncode = \"CMK201\"\ninstance = \"csu-*\"\nreason = \"old\"\n";
    let mut case = Case::new().root().root().config(text);
    case.findings[0].instance = Some("csu-apac".into());
    case.gives(&[FOUND], 1);
}

#[test]
fn who_suppresses_and_why_is_kept() {
    let analysis = Case::new()
        .root()
        .comment(
            "COMMENT-BLOCK",
            "ignore cmk201, CMK102 until=2026-11-25 reason=\"it's\"",
            Some(BLOCK),
        )
        .judge();
    let suppressed = &analysis.suppressed[0];
    assert_eq!(suppressed.by, Suppressor::Comment);
    assert_eq!(suppressed.reason, "it's");
    assert_eq!(suppressed.until, Some(testing::TODAY));
}

#[test]
fn undecided_results_are_covered_too() {
    let analysis = Case::new()
        .root()
        .undecided()
        .comment("COMMENT-BLOCK", GOOD, Some(BLOCK))
        .judge();
    assert!(analysis.undecided.is_empty());
    let alone = Case::new()
        .undecided()
        .config("[[ignore]]\ncode = \"CMK201\"\nreason = \"x\"")
        .judge();
    assert!(alone.undecided.is_empty() && alone.findings.is_empty());
}

#[test]
fn the_last_day_is_included() {
    let text = "ignore CMK201 reason=\"old\" until=2027-01-31";
    let case = || {
        Case::new()
            .root()
            .comment("COMMENT-BLOCK", text, Some(BLOCK))
    };
    case().today(2027, 1, 31).gives(&[], 1);
    case().today(2027, 2, 1).gives(
        &[
            FOUND,
            "CMK903 main.tf:5 main.tf: the ignore of `CMK201` ended on 2027-01-31",
        ],
        0,
    );
}

#[test]
fn malformed_ignores_do_not_suppress() {
    let check = |text: &str, message: &str| {
        Case::new()
            .root()
            .comment("COMMENT-BLOCK", text, Some(BLOCK))
            .gives(&[FOUND, &format!("CMK905 main.tf:5 main.tf: {message}")], 0);
    };
    check("ignore CMK201", "no reason is given");
    check("ignore CMK201 reason=\" \"", "no reason is given");
    check("ignore reason=\"old\"", "no rule is named");
    check("ignore", "no rule is named");
    check("", "no instruction");
    check(
        "disable CMK201 reason=\"old\"",
        "unknown instruction `disable`",
    );
    check(
        "ignore CMK201 CMK999 reason=\"old\"",
        "unknown rule `CMK999`",
    );
    check(
        "ignore CMK201 reason=\"old\" until=2027-02-30",
        "`2027-02-30` is no date",
    );
    check(
        "ignore CMK201 reason=\"old\" until=soon",
        "`soon` is no date",
    );
    check(
        "ignore CMK201 reason=\"never closed",
        "the closing quote is missing",
    );
    check("ignore CMK201 because=\"old\"", "unknown word `because`");
    check(
        "ignore CMK902 reason=\"old\"",
        "`CMK902` is about ignores and cannot be ignored",
    );
}

#[test]
fn malformed_entries_do_not_suppress() {
    let check = |text: &str, line: u32, message: &str| {
        let text = format!("[[ignore]]\n{text}");
        Case::new().root().config(&text).gives(
            &[
                &format!("CMK905 .ppcmk-lint.toml:{line} .ppcmk-lint.toml: {message}"),
                FOUND,
            ],
            0,
        );
    };
    check("code = \"CMK201\"", 1, "no reason is given");
    check("reason = \"old\"", 1, "no rule is named");
    check(
        "reason = \"old\"\ncode = \"CMK999\"",
        3,
        "unknown rule `CMK999`",
    );
    check(
        "reason = \"old\"\ncode = \"CMK201\"\nuntil = \"soon\"",
        4,
        "`soon` is no date",
    );
    check(
        "reason = \"old\"\ncode = \"CMK201\"\nuntil = 2027-01-31T00:00:00Z",
        4,
        "`2027-01-31T00:00:00Z` is no date",
    );
}

#[test]
fn mistakes_are_shown_at_their_word() {
    let mut case = Case::new();
    case.sources
        .add("main.tf", "# é ppcmk-lint: ignore CMK999 reason=\"x\"\n");
    let mut case = case.comment(
        "ignore CMK999 reason=\"x\"",
        "ignore CMK999 reason=\"x\"",
        None,
    );
    case.comments[0].location = case.at("main.tf", "# é ppcmk-lint: ignore CMK999 reason=\"x\"");
    let analysis = case.judge();
    let place = analysis.findings[0].location.as_ref().unwrap();
    assert_eq!((place.start.column, place.end.column), (24, 30));
}

#[test]
fn unused_ignores_are_reported_where_they_could_be_used() {
    let unused = "CMK902 main.tf:5 main.tf: `CMK201` reports nothing that this ignore covers";
    let case = || Case::new().comment("COMMENT-BLOCK", GOOD, Some(BLOCK));
    case().gives(&[unused], 0);
    case()
        .config("[rules.CMK201]\nlevel = \"off\"")
        .gives(&[], 0);
    case()
        .config("[rules.CMK902]\nlevel = \"off\"")
        .gives(&[], 0);
    Case::new().comment("COMMENT-BLOCK", GOOD, None).gives(
        &["CMK902 main.tf:5 main.tf: the ignore of `CMK201` stands above nothing"],
        0,
    );
    let mut broken = case();
    broken.problems.push(Problem {
        message: "expected `=`".into(),
        help: None,
        location: Some(broken.at("main.tf", "variable")),
    });
    broken.gives(&["CMK901 main.tf:1 main.tf: expected `=`"], 0);
}

#[test]
fn an_ignore_of_a_module_that_could_not_be_seen_is_not_unused() {
    let analysis = |unseen: bool| {
        let case = Case::new().comment("COMMENT-CALL", GOOD, Some(CALL));
        let config = "[[ignore]]\ncode = \"CMK201\"\naddress = \"module.vaults.*\"\nreason = \"x\"";
        let answers = Answers {
            comments: case.comments,
            sources: case.sources,
            has_sources: true,
            has_unseen: unseen,
            ..Answers::default()
        };
        let config = Config::parse("x.toml", config).unwrap();
        judge(answers, &config, None, case.today).findings.len()
    };
    assert_eq!(analysis(false), 2);
    assert_eq!(analysis(true), 0);
}

#[test]
fn of_several_codes_the_unused_one_is_named() {
    let text = "ignore CMK102 CMK201 reason=\"old\"";
    Case::new()
        .root()
        .comment("COMMENT-BLOCK", text, Some(BLOCK))
        .gives(
            &["CMK902 main.tf:5 main.tf: `CMK102` reports nothing that this ignore covers"],
            1,
        );
}

#[test]
fn levels_come_from_the_configuration() {
    let analysis = Case::new()
        .root()
        .config("[rules.CMK201]\nlevel = \"note\"")
        .judge();
    assert_eq!(analysis.findings[0].level, Level::Note);
    Case::new()
        .root()
        .undecided()
        .config("[rules.CMK201]\nlevel = \"off\"")
        .gives(&[], 0);
}

#[test]
fn any_text_is_taken_or_refused() {
    let text = "ignore CMK201 \"é\\\" reason='a\\' =x until=2027-01-31, */";
    for cut in (0..text.len()).filter(|&cut| text.is_char_boundary(cut)) {
        for text in [&text[..cut], &text[cut..]] {
            let analysis = Case::new().comment("COMMENT-BLOCK", text, None).judge();
            assert_eq!(analysis.findings.len(), 1, "{text}");
        }
    }
}
