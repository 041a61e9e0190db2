use super::Context;
use crate::cli::ResolveArgs;
use crate::exit::Exit;
use crate::report::Trouble;
pub(crate) async fn resolve(_: &Context<'_>, _: &ResolveArgs) -> Result<Exit, Trouble> {
    Err(Trouble::usage("to come"))
}
