//! Functions and expressions, with the results of `terraform console` (1.11).

use super::{check, check_error};

#[test]
fn numbers() {
    check("abs(-3.5)", "3.5");
    check("ceil(5.1)", "6");
    check("floor(-5.1)", "-6");
    check("log(50, 10)", "1.6989700043360185");
    check("max(1, 5, 3)", "5");
    check("min([1, 5, 3]...)", "1");
    check(r#"parseint("FF", 16)"#, "255");
    check("pow(3, 2)", "9");
    check("pow(2, 0.5)", "1.4142135623730951");
    check("signum(-13)", "-1");
    check("range(3)", "[0, 1, 2]");
    check("range(1, 4)", "[1, 2, 3]");
    check("range(1, 8, 2)", "[1, 3, 5, 7]");
    check("range(4, 1)", "[4, 3, 2]");
    check("range(10, 5, -2)", "[10, 8, 6]");
    check("range(1, 2, 0.5)", "[1, 1.5]");
    check("range(0)", "[]");
    check("sum([10, 13, 6, 4.5])", "33.5");
    check_error("sum([])", "an empty list has no sum");
    check_error("min()", "argument 1 is missing");
    check_error("range(5, 1, 1)", "the step leads away from the end");
    check_error(r#"parseint("9", 8)"#, r#""9" is not a number of base 8"#);
}

#[test]
fn texts() {
    check(r#"chomp("hello\r\n\n")"#, r#""hello""#);
    check(r#"endswith("abc", "bc")"#, "true");
    check(r#"format("Hello, %s!", "A")"#, r#""Hello, A!""#);
    check(
        r#"format("%-8s|%8s|%08.3f|%+d|%x|%X|%o|%b|%e|%g|%q|%t|%%", "a", "b", 3.14159, 5, 255, 255, 8, 5, 12345.678, 0.5, "x\"y", true)"#,
        r#""a       |       b|0003.142|+5|ff|FF|10|101|1.234568e+04|0.5|\"x\\\"y\"|true|%""#,
    );
    check(r#"format("%[2]s %[1]s", "a", "b")"#, r#""b a""#);
    check(
        r#"format("%5d|%-5d|%05d", 42, 42, -42)"#,
        r#""   42|42   |-0042""#,
    );
    check(r#"format("%.2s", "abcdef")"#, r#""ab""#);
    check_error(r#"format("%d", 3.7)"#, "a whole number is needed");
    check(
        r#"formatlist("%s-%s", ["a", "b"], "c")"#,
        r#"["a-c", "b-c"]"#,
    );
    check(r#"indent(2, "a\nb\nc")"#, r#""a\n  b\n  c""#);
    check(r#"join(", ", ["a", "b"], ["c"])"#, r#""a, b, c""#);
    check(r#"lower("ÀBC")"#, r#""àbc""#);
    check(r#"upper("straße")"#, r#""STRAßE""#);
    check(
        r#"regex("[a-z]+", "53453453.345345aaabbbccc23454")"#,
        r#""aaabbbccc""#,
    );
    check(
        r#"regex("(\\d\\d\\d\\d)-(\\d\\d)-(\\d\\d)", "2019-02-01")"#,
        r#"["2019", "02", "01"]"#,
    );
    check(
        r#"regex("^(?:(?P<scheme>[^:/?#]+):)?(?://(?P<authority>[^/?#]*))?", "https://terraform.io/docs/")"#,
        r#"{authority = "terraform.io", scheme = "https"}"#,
    );
    check(
        r#"regexall("[a-z]+", "1234abcd5678efgh9")"#,
        r#"["abcd", "efgh"]"#,
    );
    check(r#"regexall("[a-z]+", "123")"#, "[]");
    check(r#"replace("1 + 2 + 3", "+", "-")"#, r#""1 - 2 - 3""#);
    check(
        r#"replace("hello world", "/w.*d/", "everybody")"#,
        r#""hello everybody""#,
    );
    check(
        r#"replace("hello world", "/(?P<first>h)e/", "$${first}X")"#,
        r#""hXllo world""#,
    );
    check(r#"replace("hello", "/(l+)/", "[$1]")"#, r#""he[ll]o""#);
    check(r#"split(",", "foo,bar,baz")"#, r#"["foo", "bar", "baz"]"#);
    check(r#"split(",", "")"#, r#"[""]"#);
    check(r#"split("", "abc")"#, r#"["a", "b", "c"]"#);
    check(r#"startswith("abc", "ab")"#, "true");
    check(r#"strcontains("hello world", "wor")"#, "true");
    check(r#"strrev("hello")"#, r#""olleh""#);
    check(r#"substr("hello world", 1, 4)"#, r#""ello""#);
    check(r#"substr("hello world", -5, -1)"#, r#""world""#);
    check(r#"substr("🤔🤷", 0, 1)"#, r#""🤔""#);
    check(r#"substr("hello", 10, 2)"#, r#""""#);
    check(
        r#"title("hello world-foo bar_baz it's")"#,
        r#""Hello World-Foo Bar_baz It'S""#,
    );
    check(r#"trim("?!hello?!", "!?")"#, r#""hello""#);
    check(r#"trimprefix("helloworld", "hello")"#, r#""world""#);
    check(r#"trimsuffix("helloworld", "world")"#, r#""hello""#);
    check(r#"trimspace("  hello\n\n")"#, r#""hello""#);
    check(r#"join(",", [1, true])"#, r#""1,true""#);
    check(r#"substr("abc", 0, 0)"#, r#""""#);
    check(r#"replace("a.b.c", ".", "\\")"#, r#""a\\b\\c""#);
    check_error("trimspace(null)", "a text is needed, and this is null");
    check("upper(1)", r#""1""#);
    check(r#"strrev("é")"#, r#""é""#);
    check(r#"regex("a(b)?", "ac")"#, "[null]");
    check(r#"regex("(?i)ABC", "xabcx")"#, r#""abc""#);
    check(r#"regex("[[:alpha:]]+", "12ab")"#, r#""ab""#);
    check_error(
        r#"format("%s %s", "a")"#,
        "there are not enough arguments for the format",
    );
    check_error(
        r#"format("%s", "a", "b")"#,
        "there are more arguments than the format has verbs",
    );
    check_error(r#"format("%z", 1)"#, "`%z` is no verb of a format");
    check(r#"format("%d", "12")"#, r#""12""#);
    check_error(r#"format("%d", "x")"#, r#""x" is not a number"#);
    check_error(r#"format("%s", [1])"#, "a text is needed");
    check(
        r#"format("%5.1f|%-7.2f|", 3.14159, 2.5)"#,
        r#""  3.1|2.50   |""#,
    );
    check_error(r#"format("%x", "hello")"#, r#""hello" is not a number"#);
    check(r#"format("%6.2f%%", 99.5)"#, r#"" 99.50%""#);
    check(r#"format("% d", 5)"#, r#"" 5""#);
    check(r#"format("%g", 100000000)"#, r#""1e+08""#);
    check(r#"format("%g", 1e30)"#, r#""1e+30""#);
    check(r#"format("%v", 1.5)"#, r#""1.5""#);
    check(r#"format("%e", 0)"#, r#""0.000000e+00""#);
}

#[test]
fn collections() {
    check(r#"length(regexall("[a-z]+", "1234abcd5678efgh9"))"#, "2");
    check(r#"alltrue(["true", true])"#, "true");
    check("alltrue([])", "true");
    check("anytrue([false, true])", "true");
    check(
        r#"chunklist(["a", "b", "c", "d", "e"], 2)"#,
        r#"[["a", "b"], ["c", "d"], ["e"]]"#,
    );
    check(r#"coalesce("", "b")"#, r#""b""#);
    check("coalesce(null, 1)", "1");
    check(r#"coalesce("a", 1)"#, r#""a""#);
    check(r#"coalescelist([], ["c", "d"])"#, r#"["c", "d"]"#);
    check(
        r#"compact(["a", "", "b", null, "c"])"#,
        r#"["a", "b", "c"]"#,
    );
    check(r#"concat(["a", ""], ["b", "c"])"#, r#"["a", "", "b", "c"]"#);
    check(r#"contains([1, 2], "1")"#, "false");
    check(r#"distinct(["a", "b", "a", "c"])"#, r#"["a", "b", "c"]"#);
    check(r#"element(["a", "b", "c"], 4)"#, r#""b""#);
    check(
        r#"flatten([["a", "b"], [], ["c", ["d"]]])"#,
        r#"["a", "b", "c", "d"]"#,
    );
    check(r#"index(["a", "b", "c"], "b")"#, "1");
    check("keys({a=1, c=2, b=3})", r#"["a", "b", "c"]"#);
    check("length({a=1})", "1");
    check(r#"length("héllo")"#, "5");
    check(r#"lookup({a="ay", b="bee"}, "c", "what?")"#, r#""what?""#);
    check(
        r#"matchkeys(["i-123", "i-abc", "i-def"], ["us-west", "us-east", "us-east"], ["us-east"])"#,
        r#"["i-abc", "i-def"]"#,
    );
    check(
        r#"merge({a="b", c="d"}, {e="f", c="z"})"#,
        r#"{a = "b", c = "z", e = "f"}"#,
    );
    check("merge({a=1}, null)", "{a = 1}");
    check("one([])", "null");
    check(r#"one(["a"])"#, r#""a""#);
    check(r#"one(toset(["a"]))"#, r#""a""#);
    check("reverse([1, 2, 3])", "[3, 2, 1]");
    check(
        r#"setintersection(["a", "b"], ["b", "c"], ["b", "d"])"#,
        r#"["b"]"#,
    );
    check(
        r#"setproduct(["development", "staging"], ["app1", "app2"])"#,
        r#"[["development", "app1"], ["development", "app2"], ["staging", "app1"], ["staging", "app2"]]"#,
    );
    check(r#"setproduct(["a"], [])"#, "[]");
    check(r#"setsubtract(["a", "b", "c"], ["a", "c"])"#, r#"["b"]"#);
    check(
        r#"setunion(["a", "b"], ["b", "c"], ["d"])"#,
        r#"["a", "b", "c", "d"]"#,
    );
    check(r#"sort(["e", "d", "a", "x"])"#, r#"["a", "d", "e", "x"]"#);
    check(
        r#"transpose({"a" = ["1", "2"], "b" = ["2", "3"]})"#,
        r#"{1 = ["a"], 2 = ["a", "b"], 3 = ["b"]}"#,
    );
    check("values({a=3, c=2, d=1})", "[3, 2, 1]");
    check(r#"zipmap(["a", "b"], [1, 2])"#, "{a = 1, b = 2}");
    check("length([])", "0");
    check(r#"lookup({}, "x", null)"#, "null");
    check("keys({})", "[]");
    check("merge()", "{}");
    check_error("concat()", "argument 1 is missing");
    check("setproduct([], [])", "[]");
    check("flatten([])", "[]");
    check_error("flatten({a=1})", "a list is needed");
    check("zipmap([], [])", "{}");
    check(r#"distinct([1, "1"])"#, r#"["1"]"#);
    check("sort([3, 10, 2])", r#"["10", "2", "3"]"#);
    check_error("element([], 0)", "an empty list has no elements");
    check_error(r#"slice(["a"], 0, 5)"#, "the part is outside of the list");
    check_error("coalesce(null, null)", "all arguments are null or empty");
    check_error("contains({a=1}, 1)", "a list is needed");
    check_error(
        "length(null)",
        "a collection or a text is needed, and this is null",
    );
    check_error("keys([1])", "a map or an object is needed");
    check_error("values([1])", "a map or an object is needed");
    check_error(r#"reverse("abc")"#, "a list is needed");
}

#[test]
fn encodings() {
    check(r#"base64decode("SGVsbG8gV29ybGQ=")"#, r#""Hello World""#);
    check(r#"base64encode("Hello World")"#, r#""SGVsbG8gV29ybGQ=""#);
    check(
        r#"csvdecode("a,b,c\n1,2,3\n4,5,6\n")"#,
        r#"[{a = "1", b = "2", c = "3"}, {a = "4", b = "5", c = "6"}]"#,
    );
    check(
        r#"csvdecode("a,b\n\"x,y\",\"q\"\"z\"")"#,
        r#"[{a = "x,y", b = "q\"z"}]"#,
    );
    check(r#"csvdecode("a\n\n1\n")"#, r#"[{a = "1"}]"#);
    check(
        r#"jsondecode("{\"hello\": \"world\", \"n\": 1.50, \"l\": [null, true]}")"#,
        r#"{hello = "world", l = [null, true], n = 1.5}"#,
    );
    check(
        r#"jsonencode({"hello"="wo<r>&ld", "a"=[1, 2.5, null, true]})"#,
        r#""{\"a\":[1,2.5,null,true],\"hello\":\"wo\\u003cr\\u003e\\u0026ld\"}""#,
    );
    check(r#"jsonencode("é\u2028\t")"#, r#""\"é\\u2028\\t\"""#);
    check("jsonencode(1.0)", r#""1""#);
    check("jsonencode({})", r#""{}""#);
    check(
        r#"yamldecode("{\"hello\": \"world\"}")"#,
        r#"{hello = "world"}"#,
    );
    check(r#"yamldecode("hello: world")"#, r#"{hello = "world"}"#);
    check(
        r#"yamldecode("{a: &foo [1, 2, 3], b: *foo}")"#,
        "{a = [1, 2, 3], b = [1, 2, 3]}",
    );
    check(
        r#"yamldecode("a: |\n  x\n  y\nb: >\n  x\n  y\n")"#,
        r#"{a = "x\ny\n", b = "x y\n"}"#,
    );
    check(
        r#"yamlencode({"a"="b", "c"="d"})"#,
        r#""\"a\": \"b\"\n\"c\": \"d\"\n""#,
    );
    check(
        r#"yamlencode({"foo"=[1, 2, 3], "bar"="baz"})"#,
        r#""\"bar\": \"baz\"\n\"foo\":\n- 1\n- 2\n- 3\n""#,
    );
    check(
        r#"yamlencode({"foo"=[1, {"a"="b","c"="d"}, 3], "bar"={"x" = "multi\nline\n", "y" = "m\nl"}})"#,
        r#""\"bar\":\n  \"x\": |\n    multi\n    line\n  \"y\": |-\n    m\n    l\n\"foo\":\n- 1\n- \"a\": \"b\"\n  \"c\": \"d\"\n- 3\n""#,
    );
    check(
        "yamlencode([[1,2],[3], {}, []])",
        r#""- - 1\n  - 2\n- - 3\n- {}\n- []\n""#,
    );
    check(r#"yamlencode("x")"#, r#""\"x\"\n""#);
    check(
        r#"yamlencode({a = null, b = true, c = "yes", d = "<>"})"#,
        r#""\"a\": null\n\"b\": true\n\"c\": \"yes\"\n\"d\": \"<>\"\n""#,
    );
    check("yamlencode([])", r#""[]\n""#);
    check(r#"textencodebase64("Hello", "UTF-8")"#, r#""SGVsbG8=""#);
    check(
        r#"urlencode("Hello World/ü~*()")"#,
        r#""Hello+World%2F%C3%BC~%2A%28%29""#,
    );
    check_error(r#"base64decode("!!")"#, "the text is not base64");
    check_error(r#"jsondecode("{")"#, "could not read : unterminated object");
    check(r#"urlencode("a&b=c+d")"#, r#""a%26b%3Dc%2Bd""#);
    check(r#"yamldecode("a: 1\na: 2")"#, "{a = 2}");
    check(r#"jsondecode("{\"a\":1,\"a\":2}")"#, "{a = 2}");
    check(r#"jsondecode("\"x\"")"#, r#""x""#);
}

#[test]
fn hashes() {
    check(
        r#"md5("hello world")"#,
        r#""5eb63bbbe01eeed093cb22bb8f5acdc3""#,
    );
    check(
        r#"sha1("hello world")"#,
        r#""2aae6c35c94fcfb415dbe95f408b9ce91ee846ed""#,
    );
    check(
        r#"sha256("hello world")"#,
        r#""b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9""#,
    );
    check(
        r#"base64sha256("hello world")"#,
        r#""uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=""#,
    );
    check(
        r#"uuidv5("dns", "www.terraform.io")"#,
        r#""a5008fae-b28c-5ba5-96cd-82b4c53552d6""#,
    );
    check(
        r#"uuidv5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "x")"#,
        r#""05b16a01-46c6-56dd-bd6e-c6dfb4a1427a""#,
    );
}

#[test]
fn dates() {
    check(
        r#"formatdate("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z")"#,
        r#""02 Jan 2018 23:12 UTC""#,
    );
    check(
        r#"formatdate("EEEE, DD-MMM-YY hh:mm:ss ZZZ", "2018-01-02T23:12:01-08:00")"#,
        r#""Tuesday, 02-Jan-18 23:12:01 -0800""#,
    );
    check(
        r#"formatdate("EEE, DD MMM YYYY hh:mm:ss ZZZ", "2018-01-02T23:12:01-08:00")"#,
        r#""Tue, 02 Jan 2018 23:12:01 -0800""#,
    );
    check(
        r#"formatdate("MMM DD, YYYY", "2018-01-02T23:12:01Z")"#,
        r#""Jan 02, 2018""#,
    );
    check(
        r#"formatdate("HH:mmaa", "2018-01-02T23:12:01Z")"#,
        r#""11:12pm""#,
    );
    check(
        r#"formatdate("h:mmAA 'o''clock' Z ZZZZ ZZZZZ", "2018-01-02T00:12:01+05:30")"#,
        r#""0:12AM o'clock +05:30 +0530 +05:30""#,
    );
    check(
        r#"timeadd("2017-11-22T00:00:00Z", "10m")"#,
        r#""2017-11-22T00:10:00Z""#,
    );
    check(
        r#"timeadd("2017-11-22T00:00:00Z", "-1h30m5s")"#,
        r#""2017-11-21T22:29:55Z""#,
    );
    check(
        r#"timeadd("2017-11-22T00:00:00+02:00", "36h")"#,
        r#""2017-11-23T12:00:00+02:00""#,
    );
    check(
        r#"timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00+01:00")"#,
        "0",
    );
    check_error(
        r#"timeadd("x", "1h")"#,
        r#""x" is not a time as RFC 3339 has it"#,
    );
    check_error(
        r#"formatdate("XXXX", "2018-01-02T23:12:01Z")"#,
        "`XXXX` is no verb of a date's format",
    );
}

#[test]
fn networks() {
    check(r#"cidrhost("10.12.112.0/20", 16)"#, r#""10.12.112.16""#);
    check(r#"cidrhost("10.12.112.0/20", -1)"#, r#""10.12.127.255""#);
    check(
        r#"cidrhost("fd00:fd12:3456:7890:00a2::/72", 34)"#,
        r#""fd00:fd12:3456:7890::22""#,
    );
    check(r#"cidrnetmask("172.16.0.0/12")"#, r#""255.240.0.0""#);
    check(r#"cidrsubnet("172.16.0.0/12", 4, 2)"#, r#""172.18.0.0/16""#);
    check(
        r#"cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)"#,
        r#""fd00:fd12:3456:7800:a200::/72""#,
    );
    check(
        r#"cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)"#,
        r#"["10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24", "10.1.48.0/20"]"#,
    );
    check_error(
        r#"cidrhost("10.0.0.0/33", 1)"#,
        r#""10.0.0.0/33" is not a network in CIDR notation"#,
    );
    check_error(
        r#"cidrsubnet("10.0.0.0/8", 30, 1)"#,
        "the network does not have that many bits",
    );
}

#[test]
fn conversions() {
    check(r#"can(1 + "a")"#, "false");
    check("can({}.x)", "false");
    check(r#"try({}.x, "d")"#, r#""d""#);
    check(r#"try(tonumber("x"), 5)"#, "5");
    check(r#"tobool("true")"#, "true");
    check(r#"tolist(["a", 1])"#, r#"["a", "1"]"#);
    check(r#"tomap({"a" = "x", "b" = 1})"#, r#"{a = "x", b = "1"}"#);
    check(r#"tonumber("1.5")"#, "1.5");
    check(r#"toset(["c", "b", "b"])"#, r#"["b", "c"]"#);
    check(r#"toset(["c", 1, true])"#, r#"["1", "c", "true"]"#);
    check("toset([3, 1, 2, 11])", "[1, 2, 3, 11]");
    check("tostring(1.10)", r#""1.1""#);
    check("tostring(true)", r#""true""#);
    check(
        "tostring(100000000000000000000)",
        r#""100000000000000000000""#,
    );
    check(r#"toset(["a"]) == toset(["a"])"#, "true");
    check(r#"nonsensitive("x")"#, r#""x""#);
    check("tonumber(null)", "null");
    check("tostring(null)", "null");
    check_error(r#"tobool("yes")"#, r#""yes" is not a bool"#);
    check_error("tobool(1)", "a bool is needed");
    check(r#"tobool("1")"#, "true");
    check_error(r#"tonumber("0x10")"#, r#""0x10" is not a number"#);
    check(r#"tonumber("1e3")"#, "1000");
    check_error(r#"tonumber(" 1")"#, r#"" 1" is not a number"#);
    check_error(r#"tonumber("")"#, r#""" is not a number"#);
}

#[test]
fn more_expressions() {
    check("1/3", "0.3333333333333333");
    check("10/4", "2.5");
    check("5 % 3", "2");
    check("-5 % 3", "-2");
    check("1e30", "1000000000000000000000000000000");
    check("1 == 1.0", "true");
    check(r#"true == "true""#, "false");
    check(r#"[1] == ["1"]"#, "false");
    check(r#"{a=1} == {a="1"}"#, "false");
    check_error(r#""a" < "b""#, r#""a" is not a number"#);
    check_error("!null", "a bool is needed, and this is null");
    check(r#"-"5""#, "-5");
    check(r#"true && "false""#, "false");
    check(r#"true ? "a" : 1"#, r#""a""#);
    check(r#"false ? "a" : 1"#, r#""1""#);
    check("true ? {a=1} : {b=2}", "{a = 1}");
    check("true ? null : 1", "null");
    check("[for x in {b=1,a=2} : x]", "[2, 1]");
    check(
        r#"{for i, x in ["a","b"] : i => x}"#,
        r#"{0 = "a", 1 = "b"}"#,
    );
    check(
        r#"{for x in ["a","b"] : x => x...}"#,
        r#"{a = ["a"], b = ["b"]}"#,
    );
    check(r#"[for x in toset(["b","a"]) : x]"#, r#"["a", "b"]"#);
    check(r#""${true}""#, "true");
    check(r#""${1}-${2.50}""#, r#""1-2.5""#);
    check(r#""%{ if false }a%{ endif }""#, r#""""#);
    check(
        r#""%{ for i, x in ["a","b"] }${i}${x}%{ endfor }""#,
        r#""0a1b""#,
    );
    check(r#""a\tb\\c\"d\u00e9\U0001F600""#, r#""a\tb\\c\"dé😀""#);
    check(r#""$${a} %%{b} $a %a $""#, r#""${a} %{b} $a %a $""#);
    check(r#"["a","b"][0]"#, r#""a""#);
    check(r#"["a","b"]["1"]"#, r#""b""#);
    check(r#"{a=1}["a"]"#, "1");
    check("[{a=1},{a=2}][*].a", "[1, 2]");
    check("[{a=[{b=1}]}].*.a", "[[{b = 1}]]");
    check("{a=1}[*].a", "[1]");
    check("null[*]", "[]");
    check("[[1,2],[3]].*.0", "[1, 3]");
    check(r#""x"[*]"#, r#"["x"]"#);
    check("terraform.workspace", r#""default""#);
    check(r#"core::upper("x")"#, r#""X""#);
    check_error(r#""${"a"}${null}""#, "a text is needed, and this is null");
}
