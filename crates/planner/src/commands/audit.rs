use super::Context;
use crate::cli::AuditArgs;
use crate::exit::Exit;
use crate::report::Trouble;
pub(crate) async fn audit(_: &Context<'_>, _: &AuditArgs) -> Result<Exit, Trouble> {
    Err(Trouble::usage("to come"))
}
