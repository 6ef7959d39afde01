//! A listing by the SDK, and by bare reqwest. An instance has 22 fields and 1070 bytes; that of `tests/benches` 24 and
//! 904.

use aws_credential_types::Credentials;
use aws_sdk_databasemigration::config::{BehaviorVersion, Region};
use aws_sdk_databasemigration::meta::PKG_VERSION;
use aws_sdk_databasemigration::operation::describe_replication_instances::DescribeReplicationInstancesOutput;
use aws_sdk_databasemigration::{Client, Config};
use serde::Deserialize;
use serde_json::{Value, json};

#[path = "../../../../tests/benches/loopback/server.rs"]
mod server;

/// The body of each request: the SDK's for no parameters.
const BODY: &str = "{}";

/// The SDK with its version, as results have it.
pub fn sdk() -> String {
    format!("aws-sdk-databasemigration {PKG_VERSION}")
}

fn instance(number: usize) -> Value {
    json!({
        "ReplicationInstanceIdentifier": format!("replication-instance{number:04}"),
        "ReplicationInstanceClass": "dms.c5.large",
        "ReplicationInstanceStatus": "available",
        "AllocatedStorage": 100,
        "InstanceCreateTime": 1534732429.25,
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0fc577a1", "Status": "active"}],
        "AvailabilityZone": "eu-west-1a",
        "SecondaryAvailabilityZone": "eu-west-1b",
        "ReplicationSubnetGroup": {
            "ReplicationSubnetGroupIdentifier": "group",
            "VpcId": "vpc-03cedfc5",
            "SubnetGroupStatus": "Complete",
            "Subnets": [{
                "SubnetIdentifier": "subnet-0c1cfa53",
                "SubnetAvailabilityZone": {"Name": "eu-west-1a"},
                "SubnetStatus": "Active",
            }],
        },
        "PreferredMaintenanceWindow": "sun:19:00-sun:20:00",
        "PendingModifiedValues": {"EngineVersion": "3.6.1"},
        "MultiAZ": false,
        "EngineVersion": "3.5.4",
        "AutoMinorVersionUpgrade": true,
        "KmsKeyId": "key",
        "ReplicationInstanceArn": "arn:aws:dms:eu-west-1:1234:rep:I",
        "ReplicationInstancePublicIpAddresses": ["203.0.113.1"],
        "ReplicationInstancePrivateIpAddresses": ["192.168.0.1", "192.168.0.2"],
        "PubliclyAccessible": true,
        "FreeUntil": 1534732429,
        "DnsNameServers": "192.0.2.53",
        "NetworkType": "IPV4",
    })
}

/// A server that returns a listing.
pub async fn server(count: usize) -> String {
    let instances: Vec<Value> = (1..=count).map(instance).collect();
    let listing = json!({"Marker": "next", "ReplicationInstances": instances});
    server::server(BODY, serde_json::to_vec(&listing).unwrap()).await
}

/// A client with the SDK's defaults.
pub fn client(url: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("AK", "SK", None, None, "static"))
        .endpoint_url(url);
    Client::from_conf(config.build())
}

pub async fn call(client: &Client, count: usize) -> DescribeReplicationInstancesOutput {
    let listing = client.describe_replication_instances().send().await.unwrap();
    assert_eq!(listing.replication_instances().len(), count);
    let zone = listing.replication_instances().first().and_then(|first| first.availability_zone());
    assert_eq!(zone, Some("eu-west-1a"));
    listing
}

/// What the SDK has of such a response.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "decoded, like all fields of the SDK")]
pub struct Listing {
    marker: Option<String>,
    replication_instances: Option<Vec<Instance>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "decoded, like all fields of the SDK")]
struct Instance {
    replication_instance_identifier: Option<String>,
    replication_instance_class: Option<String>,
    replication_instance_status: Option<String>,
    allocated_storage: Option<i32>,
    instance_create_time: Option<f64>,
    vpc_security_groups: Option<Vec<SecurityGroup>>,
    availability_zone: Option<String>,
    secondary_availability_zone: Option<String>,
    replication_subnet_group: Option<SubnetGroup>,
    preferred_maintenance_window: Option<String>,
    pending_modified_values: Option<PendingModifiedValues>,
    #[serde(rename = "MultiAZ")]
    multi_az: Option<bool>,
    engine_version: Option<String>,
    auto_minor_version_upgrade: Option<bool>,
    kms_key_id: Option<String>,
    replication_instance_arn: Option<String>,
    replication_instance_public_ip_addresses: Option<Vec<String>>,
    replication_instance_private_ip_addresses: Option<Vec<String>>,
    publicly_accessible: Option<bool>,
    free_until: Option<f64>,
    dns_name_servers: Option<String>,
    network_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "decoded, like all fields of the SDK")]
struct PendingModifiedValues {
    engine_version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "decoded, like all fields of the SDK")]
struct SecurityGroup {
    vpc_security_group_id: Option<String>,
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "decoded, like all fields of the SDK")]
struct SubnetGroup {
    replication_subnet_group_identifier: Option<String>,
    vpc_id: Option<String>,
    subnet_group_status: Option<String>,
    subnets: Option<Vec<Subnet>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "decoded, like all fields of the SDK")]
struct Subnet {
    subnet_identifier: Option<String>,
    subnet_availability_zone: Option<AvailabilityZone>,
    subnet_status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "decoded, like all fields of the SDK")]
struct AvailabilityZone {
    name: Option<String>,
}

pub async fn bare(client: &reqwest::Client, url: &str, count: usize) -> Listing {
    let response = client.post(url).body(BODY).send().await.unwrap().bytes().await.unwrap();
    let listing: Listing = serde_json::from_slice(&response).unwrap();
    let instances = listing.replication_instances.as_deref().unwrap_or_default();
    assert_eq!(instances.len(), count);
    assert_eq!(instances.first().and_then(|first| first.availability_zone.as_deref()), Some("eu-west-1a"));
    listing
}
