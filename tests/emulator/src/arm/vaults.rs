use crate::{http::*, world::World};
pub(crate) fn answer(_: &mut World, r: &Request, _: &[&str]) -> Reply {
    Reply::unknown_route(r)
}
pub(crate) fn list(_: &mut World, r: &Request, _: &str, _: &str) -> Reply {
    Reply::unknown_route(r)
}
