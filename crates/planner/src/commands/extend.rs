use super::Context;
use crate::cli::ExtendArgs;
use crate::exit::Exit;
use crate::report::Trouble;
pub(crate) async fn extend(_: &Context<'_>, _: &ExtendArgs) -> Result<Exit, Trouble> {
    Err(Trouble::usage("to come"))
}
