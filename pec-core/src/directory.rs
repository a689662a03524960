//! placeholder until merged
/// x
#[derive(Debug)]
pub struct ProviderDirectory;
impl ProviderDirectory {
    /// x
    #[must_use]
    pub fn manages(&self, _leaf: &[u8], _domain: &str) -> Option<bool> {
        None
    }
}
