"""Measures how long the vendors' SDKs take to sign the requests that `tests/benches/calls.rs` signs.

    pip install -r tests/sdk/requirements.txt
    python tests/sdk/signing.py

It prints a line such as `sign/huawei/huaweicloudsdkcore 3.1.219, Python 3.11.7: 70.1 µs` for each signature, or
`not installed: ` and the name of the SDK. An SDK must first have signed as yundb does: with the date and the nonce of
that benchmark it has the same signature. It exits with 1 if one has not, or if none is installed.
"""

import importlib.metadata
import json
import platform
import statistics
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

BENCHES = Path(__file__).resolve().parents[1] / "benches"
SIGNATURES = json.loads((BENCHES / "signatures.json").read_text())
BODY = json.dumps(json.loads((BENCHES / "instance.json").read_text()), separators=(",", ":")).encode()
URL = urlsplit("https://gaussdb.cn-north-4.myhuaweicloud.com/v3/0483b6b16e954cb88930a360d2c4e663/instances")
SECRET = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
ACTION, VERSION, NONCE = "CreateDtsInstance", "2020-01-01", "7d1b9b8e0f"


class Huawei:
    """The signer of SDK-HMAC-SHA256, which changes a request."""

    package = "huaweicloudsdkcore"

    def __init__(self):
        from huaweicloudsdkcore.auth.credentials import BasicCredentials
        from huaweicloudsdkcore.sdk_request import SdkRequest
        from huaweicloudsdkcore.signer.signer import Signer

        self.kind, self.signer = SdkRequest, Signer(BasicCredentials("AK", SECRET, "p"))

    def request(self, date=None):
        headers = {"Content-Type": "application/json", **({"X-Sdk-Date": date} if date else {})}
        return self.kind("POST", URL.scheme, URL.netloc, URL.path, None, [], headers, BODY)

    def sign(self, request):
        self.signer.sign(request)
        return request

    def fixed(self):
        signed = self.sign(self.request("20260102T030405Z"))
        return signed.header_params["Authorization"].split("Signature=")[1]


class Acs3:
    """The part of a call of the common client that signs by ACS3-HMAC-SHA256: hash, headers, authorization."""

    package = "alibabacloud_tea_openapi"

    def __init__(self):
        from alibabacloud_tea_openapi.utils import Utils
        from darabonba.request import DaraRequest

        self.utils, self.kind = Utils, DaraRequest

    def request(self):
        request = self.kind()
        request.method, request.pathname, request.query, request.body = "POST", URL.path, {}, BODY
        request.headers = {"host": URL.netloc, "content-type": "application/json"}
        return request

    def sign(self, request, date=None):
        algorithm = "ACS3-HMAC-SHA256"
        payload = self.utils.hash(request.body, algorithm).hex()
        request.headers.update(
            {
                "x-acs-version": VERSION,
                "x-acs-action": ACTION,
                "x-acs-date": date or self.utils.get_timestamp(),
                "x-acs-signature-nonce": NONCE,
                "x-acs-content-sha256": payload,
            }
        )
        request.headers["Authorization"] = self.utils.get_authorization(request, algorithm, payload, "AK", SECRET)
        return request

    def fixed(self):
        signed = self.sign(self.request(), "2026-01-02T03:04:05Z")
        return signed.headers["Authorization"].split("Signature=")[1]


class Rpc:
    """The signature of parameters, which have their date and nonce, by HMAC-SHA1."""

    package = "aliyun-python-sdk-core"

    def __init__(self):
        from aliyunsdkcore.auth.composer import rpc_signature_composer as composer

        self.compose = getattr(composer, "__compose_string_to_sign")
        self.signature = getattr(composer, "__get_signature")

    def request(self):
        return {
            "Action": ACTION,
            "Version": VERSION,
            "Format": "JSON",
            "AccessKeyId": "LTAI4G8mF7yJ9pT1xYz12345",
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": "7d1b9b8e-0f7c-4f8e-9d5c-1c2b3a4d5e6f",
            "Timestamp": "2026-01-02T03:04:05Z",
            "RegionId": "cn-hangzhou",
            "Type": "sync",
            "PayType": "PostPaid",
            "InstanceClass": "medium",
            "SourceEndpointEngineName": "MySQL",
            "DestinationEndpointEngineName": "AnalyticDB for MySQL",
        }

    def sign(self, request):
        return self.signature(self.compose("POST", request), SECRET)

    def fixed(self):
        return self.sign(self.request())


def median(sdk):
    """The median of some batches, in microseconds a signature."""
    batches = []
    for _ in range(50):
        requests = [sdk.request() for _ in range(200)]
        start = time.perf_counter()
        for request in requests:
            sdk.sign(request)
        batches.append((time.perf_counter() - start) / len(requests) * 1e6)
    return statistics.median(batches)


def main():
    failed, installed = False, False
    for group, kind in {"sign/huawei": Huawei, "sign/acs3": Acs3, "sign/aliyun-rpc": Rpc}.items():
        try:
            version = importlib.metadata.version(kind.package)
        except importlib.metadata.PackageNotFoundError:
            print(f"not installed: {kind.package}")
            continue
        installed = True
        try:
            sdk = kind()
            if (signature := sdk.fixed()) != SIGNATURES[group]:
                raise ValueError(f"another signature than yundb's: {signature}")
            print(f"{group}/{kind.package} {version}, Python {platform.python_version()}: {median(sdk):.2f} µs")
        except Exception as error:  # The others are measured whatever this one does.
            print(f"failed: {kind.package} {version}: {type(error).__name__}: {error}")
            failed = True
    return int(failed or not installed)


if __name__ == "__main__":
    sys.exit(main())
