//! Changes to the tenant that no API makes.
use crate::world::World;

pub(crate) fn reset(world: &mut World) {
    world.tenant = world.seed.clone();
    world.tokens.clear();
    world.throttles.clear();
    world.epoch += 1;
    crate::arm::resource_graph::record_all(world);
}
