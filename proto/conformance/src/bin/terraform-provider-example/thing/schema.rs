//! The schema of `example_thing`. Descriptions are for the documentation, so each has one.

use tfplugin::schema::validator::{between, one_of};
use tfplugin::{Attribute, AttributePath, Block, Diagnostics, Nesting, Schema, Type, Value};

const MISBEHAVIOURS: &[&str] = &[
    "change_identity",
    "change_name",
    "fail",
    "ignore_stop",
    "leave_unknown",
    "panic",
    "refuse_delete",
    "sleep",
    "wait",
    "warn_on_delete",
];

pub(super) fn schema() -> Schema {
    Schema::new("A thing in the directory.")
        // Counts up whenever state of the last release would be read differently. See `upgrade`.
        .version(1)
        .attributes(plain())
        .attributes(nested())
        .block(
            Block::list(
                "rule",
                [
                    Attribute::number("port").required().describe("A port."),
                    Attribute::string("note").describe("What for."),
                ],
            )
            .describe("A rule; the order counts."),
        )
        .block(
            Block::set(
                "member",
                [
                    Attribute::string("name").required().describe("Who."),
                    Attribute::string("role")
                        .optional_computed()
                        .describe("May do what; the cloud chooses when nobody does."),
                ],
            )
            .describe("A member; the order does not count."),
        )
        .block(
            Block::single(
                "limits",
                [Attribute::number("most").describe("How many at most.")],
            )
            .describe("Limits."),
        )
}

fn plain() -> impl IntoIterator<Item = Attribute> {
    [
        Attribute::string("id")
            .computed()
            // An id never changes, so an update need not say "known after apply".
            .use_prior()
            .describe("The id."),
        Attribute::string("name")
            .required()
            // The cloud answers in lower case. Without this every plan would show a change.
            .same_when(|left, right| {
                matches!((left.as_str(), right.as_str()), (Some(left), Some(right))
                    if left.to_lowercase() == right.to_lowercase())
            })
            .validate(
                |value: &Value, path: &AttributePath, found: &mut Diagnostics| {
                    if value.as_str().is_some_and(str::is_empty) {
                        found.error(
                            path,
                            "Empty name",
                            "A thing has a name of at least one letter.",
                        );
                    }
                },
            )
            .describe("The name. Upper and lower case are the same."),
        Attribute::string("kind")
            .requires_replace()
            .describe("The kind. Another one is another thing."),
        Attribute::string("note").describe("Anything."),
        Attribute::number("size")
            .default_value(1)
            .validate(between(0, i64::MAX))
            .describe("The size, 1 unless set."),
        Attribute::number("weight").describe("The weight, with any number of digits."),
        Attribute::string("zone")
            .optional_computed()
            .use_prior()
            .describe("The zone; the provider's unless set."),
        Attribute::string("etag")
            .computed()
            // Different after every update, so there is no `use_prior` here.
            .describe("The version of the content."),
        Attribute::number("updates")
            .computed()
            .describe("How often this was updated, kept in the private notes."),
        Attribute::string("token")
            .computed()
            .use_prior()
            .sensitive()
            .describe("A secret of the cloud's making."),
        Attribute::string("password")
            .sensitive()
            .write_only()
            .describe("A password, which is stored nowhere."),
        Attribute::number("password_version")
            .describe("Counts the passwords: a new number sends the password again."),
        Attribute::string("old_note")
            .deprecated("Use `note`.")
            .describe("The note of former times."),
        Attribute::string("misbehave")
            .validate(one_of(MISBEHAVIOURS))
            .describe("What shall go wrong, for tests."),
        Attribute::new("tags", Type::map(Type::String)).describe("Tags."),
        Attribute::new("settings", Type::Dynamic).describe("A value of any type."),
    ]
}

fn nested() -> impl IntoIterator<Item = Attribute> {
    [
        Attribute::nested(
            "owner",
            Nesting::Single,
            [
                Attribute::string("name").required().describe("Who."),
                Attribute::string("email").describe("Where."),
                Attribute::string("id")
                    .computed()
                    .describe("The cloud's id."),
            ],
        )
        .describe("The owner."),
        Attribute::nested(
            "disks",
            Nesting::List,
            [
                Attribute::number("size").required().describe("How large."),
                Attribute::string("key")
                    .write_only()
                    .describe("The key of the disk, which is stored nowhere."),
                Attribute::string("id")
                    .computed()
                    .use_prior()
                    .describe("The cloud's id."),
            ],
        )
        .describe("The disks, in order."),
        Attribute::nested(
            "ports",
            Nesting::Set,
            [
                Attribute::number("number").required().describe("Which."),
                Attribute::string("protocol")
                    .default_value("tcp")
                    .validate(one_of(&["tcp", "udp"]))
                    .describe("`tcp` or `udp`."),
            ],
        )
        .describe("The open ports."),
        Attribute::nested(
            "labels",
            Nesting::Map,
            [
                Attribute::string("value").required().describe("The text."),
                Attribute::string("stamp")
                    .computed()
                    .describe("The cloud's mark."),
            ],
        )
        .describe("Labels by name."),
    ]
}
