//! Tokens of Huawei Cloud's IAM.

use yundb_huawei_iam::Client;
use yundb_huawei_iam::types::{
    Auth, AuthMethod, Identity, PasswordIdentity, PasswordUser, ProjectScope, Scope, UserDomain,
};
use yundb_runtime::{
    Credentials, CredentialsError, CredentialsSource, Secret, TemporaryCredentials, TemporaryCredentialsFuture,
};

/// A token of IAM, for a user's name and password, valid for 24 hours. Wrap it in
/// [`CachedCredentials`](yundb_runtime::CachedCredentials).
#[derive(Clone, Debug)]
#[must_use = "wrap it in `CachedCredentials`"]
pub struct IamToken {
    client: Client,
    auth: Auth,
}

impl IamToken {
    /// Creates a token source for a user of an account (domain), scoped to a project, which for a region has the
    /// region's name.
    pub fn password(
        client: Client,
        domain: impl Into<String>,
        user: impl Into<String>,
        password: impl Into<Secret>,
        project: impl Into<String>,
    ) -> Self {
        let user = PasswordUser::new().name(user).password(password).domain(UserDomain::new().name(domain));
        let password = PasswordIdentity::new().user(user);
        let identity = Identity::new().methods([AuthMethod::Password]).password(password);
        Self::new(client, Auth::new().identity(identity).scope(Scope::new().project(ProjectScope::new().name(project))))
    }

    /// Creates a token source from a complete `auth` body.
    pub fn new(client: Client, auth: Auth) -> Self {
        Self { client, auth }
    }

    async fn load(&self) -> Result<TemporaryCredentials, String> {
        let call = self.client.create_token(self.auth.clone()).nocatalog("true");
        let response = call.send().await.map_err(|error| error.to_string())?;
        let token = response.typed_headers().x_subject_token.clone().ok_or("the response has no X-Subject-Token")?;
        let end = response.into_inner().token.and_then(|token| token.expires_at);
        let end = end.ok_or("the response does not contain the token's expiry")?;
        Ok(TemporaryCredentials {
            credentials: Credentials::token(token),
            expires: end.get().map_err(|_| format!("`{end}` is not a valid expiry of a token"))?,
        })
    }
}

impl CredentialsSource for IamToken {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async { self.load().await.map_err(|why| CredentialsError::new(format_args!("IAM token: {why}"))) })
    }
}
