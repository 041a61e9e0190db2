use super::Context;
use crate::cli::DoctorArgs;
use crate::exit::Exit;
use crate::report::Trouble;
pub(crate) async fn doctor(_: &Context<'_>, _: &DoctorArgs) -> Result<Exit, Trouble> {
    Err(Trouble::usage("to come"))
}
