//! GetCallerIdentity: who the caller is, as the service writes each kind.

use cos_emulator::domain::role::RoleArn;
use serde_json::{Value, json};

use crate::cloud_api::{Call, allowing};
use crate::harness::{TestServer, UIN};
use crate::people::{SUB, of_user, with_users};

async fn ask(call: Call<'_>) -> Value {
    let mut answer = call.answer().await;
    answer.as_object_mut().expect("an object").remove("RequestId");
    answer
}

fn identity(arn: &str, user_id: &str, principal: &str, kind: &str) -> Value {
    json!({ "Arn": arn, "AccountId": UIN, "UserId": user_id, "PrincipalId": principal, "Type": kind })
}

#[tokio::test]
async fn permanent_keys_are_their_accounts_and_users() {
    let cos = TestServer::start_with(with_users(&[], &[])).await;
    let of_root = identity(&format!("qcs::cam:{UIN}:uin/{UIN}"), UIN, UIN, "CAMUser");
    assert_eq!(ask(cos.call("GetCallerIdentity", json!({}))).await, of_root);
    let of_user = identity(&format!("qcs::cam:{UIN}:uin/{}", SUB.0), SUB.0, SUB.0, "CAMUser");
    assert_eq!(ask(cos.call("GetCallerIdentity", json!({})).signed_by(SUB.1, SUB.1)).await, of_user);
}

#[tokio::test]
async fn temporary_keys_say_what_they_were_issued_for() {
    let cos = TestServer::start_with(with_users(&[&of_user("allow", "*")], &[])).await;
    let body = json!({ "Name": "bob", "Policy": allowing("cos:*") });
    let federated = cos.call("GetFederationToken", body).signed_by(SUB.1, SUB.1).credential().await;
    let user_id = format!("{}:bob", SUB.0);
    let expected = identity(&format!("qcs::sts:{UIN}:federated-user/{}", SUB.0), &user_id, SUB.0, "CAMUser");
    assert_eq!(ask(cos.call("GetCallerIdentity", json!({})).with(&federated)).await, expected);

    let arn = format!("qcs::cam::uin/{UIN}:roleName/reader");
    let id = arn.parse::<RoleArn>().expect("an ARN").name.id();
    let body = json!({ "RoleArn": arn, "RoleSessionName": "ci" });
    let role = cos.call("AssumeRole", body).signed_by(SUB.1, SUB.1).credential().await;
    let expected = identity(&format!("qcs::sts:{UIN}:assumed-role/{id}"), &format!("{id}:ci"), SUB.0, "CAMRole");
    assert_eq!(ask(cos.call("GetCallerIdentity", json!({})).with(&role)).await, expected);
}

#[tokio::test]
async fn it_has_no_parameters() {
    let cos = TestServer::start().await;
    assert_eq!(cos.call("GetCallerIdentity", json!({ "Name": "n" })).refusal().await, "UnknownParameter");
}
