"""Domains of the user's own, bound to a bucket, and their certificates."""

from harness import body_of, equal, refused


def a_domain_is_put_read_and_deleted(server):
    with server.bucket() as bucket:
        client = server.client()
        with refused(404, "DomainConfigNotFoundError"):
            client.get_bucket_domain(Bucket=bucket)
        client.put_bucket_domain(Bucket=bucket, DomainConfiguration=bound("first.example.com"))
        found = client.get_bucket_domain(Bucket=bucket)
        assert found.pop("x-cos-domain-txt-verification").startswith("tencent-cloud-cos-verification="), found
        equal(found, bound("first.example.com"))
        for _ in range(2):
            client.delete_bucket_domain(Bucket=bucket)
        with refused(404, "DomainConfigNotFoundError"):
            client.get_bucket_domain(Bucket=bucket)


def a_domain_leads_to_its_bucket(server):
    with server.bucket() as bucket:
        client, name = server.client(), "assets.example.com"
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        client.put_bucket_domain(Bucket=bucket, DomainConfiguration=bound(name))
        through = server.client(Domain=name)
        equal(through.head_bucket(Bucket=bucket)["x-cos-bucket-region"], server.region)
        equal(body_of(through.get_object(Bucket=bucket, Key="note")), b"note")
        client.put_bucket_domain(Bucket=bucket, DomainConfiguration=bound(name, Status="DISABLED"))
        equal(server.fetch("GET", f"http://{name}/note").status_code >= 400, True)
        client.delete_bucket_domain(Bucket=bucket)


def a_domain_can_lead_to_the_website(server):
    with server.bucket(ACL="public-read") as bucket:
        client, name = server.client(), "site.example.com"
        client.put_object(Bucket=bucket, Key="index.html", Body=b"home")
        client.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
        client.put_bucket_domain(Bucket=bucket, DomainConfiguration=bound(name, Type="WEBSITE"))
        equal(server.fetch("GET", f"http://{name}/").text, "home")
        client.delete_bucket_domain(Bucket=bucket)


def a_domain_belongs_to_one_bucket(server):
    with server.bucket() as first, server.bucket() as second:
        client, rules = server.client(), bound("taken.example.com")
        client.put_bucket_domain(Bucket=first, DomainConfiguration=rules)
        with refused(409, "DomainConfigConflict"):
            client.put_bucket_domain(Bucket=second, DomainConfiguration=rules)
        forced = bound("taken.example.com", ForcedReplacement="CNAME")
        client.put_bucket_domain(Bucket=second, DomainConfiguration=forced)
        equal(client.get_bucket_domain(Bucket=second)["DomainRule"][0]["Name"], "taken.example.com")
        client.delete_bucket_domain(Bucket=second)
        client.delete_bucket_domain(Bucket=first)
        with refused(400, "InvalidArgument"):
            client.put_bucket_domain(Bucket=first, DomainConfiguration=bound("111"))


def a_certificate_is_put_read_and_deleted(server):
    with server.bucket() as bucket:
        client, name = server.client(), "tls.example.com"
        client.put_bucket_domain(Bucket=bucket, DomainConfiguration=bound(name))
        equal(client.get_bucket_domain_certificate(Bucket=bucket, DomainName=name), {"Status": "Disabled"})
        certificate = {"Cert": pem("CERTIFICATE"), "PrivateKey": pem("PRIVATE KEY")}
        settings = {
            "CertificateInfo": {"CertType": "CustomCert", "CustomCert": certificate},
            "DomainList": [{"DomainName": name}],
        }
        client.put_bucket_domain_certificate(Bucket=bucket, DomainCertificateConfiguration=settings)
        found = client.get_bucket_domain_certificate(Bucket=bucket, DomainName=name)
        equal(found["Status"], "Enabled")
        assert "PRIVATE KEY" not in str(found), found
        for _ in range(2):
            client.delete_bucket_domain_certificate(Bucket=bucket, DomainName=name)
        equal(client.get_bucket_domain_certificate(Bucket=bucket, DomainName=name), {"Status": "Disabled"})
        client.delete_bucket_domain(Bucket=bucket)


def pem(label):
    """A text of the form, if not of the kind: nobody reads it here."""
    return f"-----BEGIN {label}-----\nMA==\n-----END {label}-----\n"


def bound(name, **options):
    return {"DomainRule": [{"Status": "ENABLED", "Name": name, "Type": "REST", **options}]}


CASES = [
    a_domain_is_put_read_and_deleted,
    a_domain_leads_to_its_bucket,
    a_domain_can_lead_to_the_website,
    a_domain_belongs_to_one_bucket,
    a_certificate_is_put_read_and_deleted,
]
