use crate::{http::*, world::World};
pub(crate) fn answer(_: &mut World, r: &Request) -> Reply {
    Reply::unknown_route(r)
}
