//! What the standard and GitHub's code scanning demand.

use serde_json::Value;

use super::{uri, write};
use crate::analysis::Analysis;
use crate::testing;

/// Prints, and checks what holds for every log.
#[track_caller]
fn log(analysis: &Analysis) -> Value {
    let mut out = Vec::new();
    write(analysis, &mut out).unwrap();
    let log: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(matches!(
            result["level"].as_str(),
            Some("error" | "warning" | "note")
        ));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert_eq!(
            result["partialFingerprints"]["ppcmkLint/v1"]
                .as_str()
                .unwrap()
                .len(),
            32
        );
        let related = result["relatedLocations"].as_array().unwrap();
        for location in result["locations"]
            .as_array()
            .unwrap()
            .iter()
            .chain(related)
        {
            check_physical(&location["physicalLocation"]);
        }
    }
    for rule in rules {
        assert!(
            rule["help"]["markdown"]
                .as_str()
                .unwrap()
                .contains("What to do")
        );
        assert!(
            !rule["shortDescription"]["text"]
                .as_str()
                .unwrap()
                .is_empty()
        );
    }
    log
}

#[track_caller]
fn check_physical(location: &Value) {
    let artifact = &location["artifactLocation"];
    let uri = artifact["uri"].as_str().unwrap();
    if uri.starts_with("file:///") {
        return assert_eq!(artifact.get("uriBaseId"), None);
    }
    assert!(
        !uri.is_empty() && !uri.starts_with('/') && !uri.contains([' ', '\\', ':']),
        "{uri}"
    );
    assert_eq!(artifact["uriBaseId"], "%SRCROOT%");
    if let Some(region) = location.get("region") {
        let number = |key: &str| region[key].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1);
        assert!(
            (number("startLine"), number("startColumn"))
                <= (number("endLine"), number("endColumn"))
        );
    }
}

#[test]
fn everything_is_well_formed() {
    let log = log(&testing::analysis());
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    let suppressed: Vec<&Value> = results
        .iter()
        .filter_map(|result| result.get("suppressions"))
        .collect();
    assert_eq!(suppressed.len(), 1);
    assert_eq!(suppressed[0][0]["kind"], "inSource");
    assert_eq!(
        suppressed[0][0]["justification"],
        "replaced in the spring (until 2027-03-31)"
    );
}

#[test]
fn hostile_texts_and_nothing_are_well_formed() {
    log(&testing::hostile(10));
    assert_eq!(
        log(&Analysis::default())["runs"][0]["results"],
        serde_json::json!([])
    );
}

#[test]
fn columns_are_utf16_code_units() {
    let mut analysis = testing::analysis();
    let file = analysis.sources.add("main.tf", "\"😀\" = false");
    analysis.findings.truncate(1);
    analysis.findings[0].location = Some(testing::place(&file, "false"));
    let region =
        &log(&analysis)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        (region["startColumn"].as_u64(), region["endColumn"].as_u64()),
        (Some(8), Some(13))
    );
}

#[test]
fn names_of_files_become_references() {
    assert_eq!(uri("a/b c%é.tf"), "a/b%20c%25%C3%A9.tf");
    assert_eq!(uri("../x:y.tf"), "../x%3Ay.tf");
}

/// The places of the first finding and of what is related to it.
fn uris(analysis: &Analysis) -> Vec<Value> {
    let result = &log(analysis)["runs"][0]["results"][0];
    let places = ["locations", "relatedLocations"];
    places
        .iter()
        .flat_map(|name| result[name].as_array().unwrap().clone())
        .map(|place| place["physicalLocation"]["artifactLocation"].clone())
        .collect()
}

#[test]
fn files_are_named_from_the_root_of_the_checkout() {
    let mut analysis = testing::analysis();
    let here = uris(&analysis)[0]["uri"].as_str().unwrap().to_owned();
    analysis.started_in = "infra/prod".into();
    for place in uris(&analysis) {
        assert!(place["uri"].as_str().unwrap().starts_with("infra/prod/"));
    }
    assert_eq!(uris(&analysis)[0]["uri"], format!("infra/prod/{here}"));
    let file = analysis.sources.add("../modules/cmk/main.tf", "x = false");
    analysis.findings[0].location = Some(testing::place(&file, "false"));
    assert_eq!(uris(&analysis)[0]["uri"], "infra/modules/cmk/main.tf");
}

#[test]
fn a_file_elsewhere_has_its_whole_path_and_no_root() {
    let mut analysis = testing::analysis();
    analysis.started_in = "infra".into();
    for (file, uri) in [
        ("/srv/a b/main.tf", "file:///srv/a%20b/main.tf"),
        ("D:/a/main.tf", "file:///D%3A/a/main.tf"),
    ] {
        let file = analysis.sources.add(file, "x = false");
        analysis.findings[0].location = Some(testing::place(&file, "false"));
        assert_eq!(uris(&analysis)[0], serde_json::json!({ "uri": uri }));
    }
}
