//! Forms that can replace another body: a type with a setter for each field, and the fields as data.

use super::code::{Code, list};
use super::{EmitError, Scope, comment, operation, pretty};
use crate::lower::model::FormDef;

/// A form's type and its implementations, item by item.
pub(super) fn form(scope: &Scope<'_>, form: &FormDef) -> Result<Vec<String>, EmitError> {
    let params = list(form.params.iter().map(|param| operation::param(scope, param)));
    let params = pretty::lay_out(&format!("&[{params}]"), 4, 4, 0);
    let docs = comment(&form.docs, 4);
    let definition = format!("yundb_runtime::form! {{\n{docs}    {};\n    {params}\n}}", form.name);
    let setters = scope.setters(&form.name, &form.fields)?;
    Ok([definition].into_iter().chain(setters).collect())
}

impl Scope<'_> {
    /// A form's name.
    pub(super) fn form_name(&self, index: usize) -> Code {
        let form = &self.service.forms[index];
        self.uses.named(&form.name, form.users);
        form.name.clone().into()
    }
}
