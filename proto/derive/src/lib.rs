//! `#[derive(Model)]` of tfplugin-rs: a struct whose fields are the attributes of a schema.
//!
//! The field's name is the attribute's name. All conversion lives in the traits of tfplugin-rs;
//! this only enumerates the fields.

use proc_macro::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, parse_macro_input};

/// Implements `tfplugin::Field` and `tfplugin::Model` for a struct with named fields.
#[proc_macro_derive(Model)]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(|error| error.to_compile_error().into())
}

fn expand(input: &DeriveInput) -> Result<TokenStream, syn::Error> {
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => &fields.named,
            other => return Err(syn::Error::new_spanned(other, "a model needs named fields")),
        },
        _ => return Err(syn::Error::new_spanned(input, "a model is a struct")),
    };
    let name = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let idents: Vec<_> = fields
        .iter()
        .filter_map(|field| field.ident.as_ref())
        .collect();
    let types: Vec<_> = fields.iter().map(|field| &field.ty).collect();
    // `r#type` is the attribute `type`.
    let names: Vec<String> = idents
        .iter()
        .map(|ident| ident.to_string().trim_start_matches("r#").to_owned())
        .collect();
    Ok(quote! {
        impl #impl_generics ::tfplugin::Field for #name #type_generics #where_clause {
            fn ty() -> ::std::option::Option<::tfplugin::Type> {
                ::tfplugin::model::object_type([
                    #((#names, <#types as ::tfplugin::Field>::ty())),*
                ])
            }

            fn from_value(
                value: ::tfplugin::Value,
            ) -> ::std::result::Result<Self, ::tfplugin::ValueError> {
                // A struct without fields takes nothing out.
                #[allow(unused_mut, unused_variables)]
                let mut members = ::tfplugin::model::members(value)?;
                ::std::result::Result::Ok(Self {
                    #(#idents: ::tfplugin::model::take(&mut members, #names)?),*
                })
            }

            fn into_value(self) -> ::tfplugin::Value {
                ::tfplugin::Value::object::<&str>([
                    #((#names, ::tfplugin::Field::into_value(self.#idents))),*
                ])
            }
        }

        impl #impl_generics ::tfplugin::Model for #name #type_generics #where_clause {}
    }
    .into())
}
