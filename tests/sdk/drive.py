"""Drives every operation that the vendors' SDKs have against `yundb mock`, with the samples of specs/.

    pip install -r tests/sdk/requirements.txt
    cargo build -p yundb-cli
    python tests/sdk/drive.py target/debug/yundb [--all]

For each SDK it prints how many operations were driven, how many requests the mock accepted, and how many responses the
SDK's objects hold whole, then the differences (with --all each of them, otherwise one of a kind). It exits with 1 if the
mock refused a signature, or if there is a difference that is not explained below, or an explanation of none.
"""

import argparse
import collections
import importlib
import inspect
import json
import re
import subprocess
import sys
import threading
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {
    "huawei-ddm": ["huaweicloudsdkddm.v1:DdmClient"],
    "huawei-drs": ["huaweicloudsdkdrs.v5:DrsClient"],
    "huawei-gaussdb-mysql": ["huaweicloudsdkgaussdb.v3:GaussDBClient"],
    "huawei-iam": ["huaweicloudsdkiam.v3:IamClient"],
    "aliyun-dg": ["alibabacloud_dg20190327.client:Client"],
    "aliyun-dts": ["alibabacloud_dts20200101.client:Client", "aliyunsdkdts.request.v20200101"],
    "aliyun-sts": ["alibabacloud_sts20150401.client:Client"],
}
# The differences that are known, each with its reason.
NO_FIELD = "the sample of the document has this field, the model of the SDK does not"
EXPLAINED = {
    ("huaweicloudsdkddm", "deleteInstance", "job_id: not held"): NO_FIELD,
    ("huaweicloudsdkddm", "updateInstanceSsl", "job_id: not held"): NO_FIELD,
    ("huaweicloudsdkddm", "updateInstancePort", "job_id: not held"): NO_FIELD,
    (
        "huaweicloudsdkddm",
        "updateInstanceParameters",
        "needRestart: \"false\" held as 'True'",
    ): "the sample has a string, which the SDK converts by bool()",
    ("huaweicloudsdkgaussdb", "showJob", "job.entities.instance: not held"): NO_FIELD,
    ("huaweicloudsdkgaussdb", "showJob", "job.entities.resource_ids: not held"): NO_FIELD,
    (
        "huaweicloudsdkgaussdb",
        "showStarrocksInstance",
        "instances[].groups[].nodes[].iaas_flavor_ref: not held",
    ): "the SDK has the name of the table, iass_flavor_ref",
}
KEY, SECRET, PROJECT = "AKTEST", "secret/of+test=", "0483b6b16e954cb88930a360d2c4e663"


class Spec:
    """A document and its samples."""

    def __init__(self, tool, name):
        text = subprocess.run([tool, "bundle", str(ROOT / "specs" / name), "--format", "json"], check=True, stdout=-1).stdout
        self.root = json.loads(text)
        self.operations = {}
        for path, item in self.root["paths"].items():
            for method, operation in item.items():
                operation["path"], operation["method"] = path, method.upper()
                vendor = path.split("#Action=")[1] if "#Action=" in path else operation.get("x-sdk-name")
                vendor = vendor or operation["operationId"][0].upper() + operation["operationId"][1:]
                self.operations.setdefault(vendor, []).append(operation)

    def at(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.root
            for token in node["$ref"].split("/")[1:]:
                target = target[token.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def sample(self, holder):
        """The sample of a parameter or media type, or else a value of its schema; None for what can be absent."""
        examples = holder.get("examples", {})
        for example in [examples.get("sample"), *examples.values()]:
            if example is not None:
                return self.at(example)["value"]
        if "example" in holder:
            return holder["example"]
        return self.value(holder.get("schema", {}))

    def value(self, schema):
        schema = self.at(schema)
        for key in "example", "default":
            if key in schema:
                return schema[key]
        if "enum" in schema:
            return schema["enum"][0]
        if "allOf" in schema:
            return self.value(schema["allOf"][0])
        kind = schema.get("type")
        if kind == "array":
            return [self.value(schema.get("items", {}))]
        if kind == "object" or "properties" in schema:
            names = schema.get("required", [])
            return {name: self.value(schema["properties"][name]) for name in names}
        if kind in ("integer", "number"):
            return max(schema.get("minimum", 1), 1)
        if kind == "boolean":
            return True
        return "a1b2c3d4e5f6" * 3 if schema.get("minLength", 0) > 12 else "Abc-1234"

    def inputs(self, operation):
        """The parameters with a sample, and the required ones, by location and name; and the body."""
        values = {}
        for parameter in map(self.at, operation.get("parameters", [])):
            stated = "examples" in parameter or "example" in parameter
            if parameter.get("required") or stated:
                holder = next(iter(parameter["content"].values())) if "content" in parameter else parameter
                value = self.sample(holder if "content" in parameter and not stated else parameter)
                value = PROJECT if parameter["name"] == "project_id" else value
                if "content" in parameter and not isinstance(value, str):
                    value = json.dumps(value, ensure_ascii=False)
                values[parameter["name"]] = value
        body = self.at(operation.get("requestBody", {})).get("content")
        return values, self.sample(next(iter(body.values()))) if body else None


def lost(sent, held, at=""):
    """What the SDK's object does not hold of a response."""
    if isinstance(sent, dict) and isinstance(held, dict):
        for name, value in sent.items():
            yield from lost(value, held.get(name), f"{at}.{name}")
    elif isinstance(sent, list) and isinstance(held, list):
        for index, value in enumerate(sent):
            yield from lost(value, held[index] if index < len(held) else None, f"{at}[]")
    elif held is None and sent not in (None, "", [], {}):
        yield f"{at.lstrip('.')}: not held"
    elif isinstance(sent, (dict, list)) != isinstance(held, (dict, list)):
        yield f"{at.lstrip('.')}: {type(sent).__name__} held as {type(held).__name__}"
    # Samples have numbers as texts and the reverse; each SDK has types of its own.
    elif sent not in (None, "", held) and not isinstance(sent, (dict, list)) and str(sent).lower() != str(held).lower():
        yield f"{at.lstrip('.')}: {json.dumps(sent)[:40]} held as {str(held)[:40]!r}"


class Huawei:
    """The models of huaweicloudsdkcore."""

    def __init__(self, spec, url, module, client):
        from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
        from huaweicloudsdkcore.http.http_config import HttpConfig

        self.spec = spec
        self.module = importlib.import_module(module)
        kind = GlobalCredentials if client == "IamClient" else BasicCredentials
        credentials = kind(KEY, SECRET, domain_id="d") if client == "IamClient" else kind(KEY, SECRET, PROJECT)
        config = HttpConfig.get_default_config()
        config.retry_times = 0
        builder = getattr(self.module, client).new_builder().with_credentials(credentials).with_http_config(config)
        self.client = builder.with_endpoint(url).build()

    def operations(self):
        names = (name for name, _ in inspect.getmembers(type(self.client), inspect.isfunction))
        snake = [name for name in names if hasattr(type(self.client), f"_{name}_http_info")]
        for vendor, operations in self.spec.operations.items():
            method = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", vendor).lower()
            found = [name for name in snake if name.replace("_", "") == method.replace("_", "")]
            for operation in operations:
                if found:
                    yield vendor, operation, found[0]

    def model(self, kind, value):
        if value is None:
            return None
        if match := re.fullmatch(r"list\[(.*)\]", kind):
            return [self.model(match[1], item) for item in value] if isinstance(value, list) else value
        if match := re.fullmatch(r"dict\(str, (.*)\)", kind):
            return {key: self.model(match[1], item) for key, item in value.items()}
        model = getattr(self.module, kind, None)
        if model is None or not isinstance(value, dict):
            return value
        known = {name: attribute for attribute, name in model.attribute_map.items()}
        unknown = set(value) - set(known)
        if unknown:
            raise LookupError(f"{kind} has no {', '.join(sorted(unknown))}")
        return model(**{known[name]: self.model(model.openapi_types[known[name]], item) for name, item in value.items()})

    def wire(self, value):
        if isinstance(value, list):
            return [self.wire(item) for item in value]
        if isinstance(value, dict):
            return {key: self.wire(item) for key, item in value.items()}
        if hasattr(value, "attribute_map"):
            return {name: self.wire(getattr(value, attribute)) for attribute, name in value.attribute_map.items()}
        return value

    def call(self, vendor, operation, method):
        info = getattr(type(self.client), f"_{method}_http_info")
        request = re.search(r"request: Request instance for (\w+)", getattr(type(self.client), method).__doc__)[1]
        request = getattr(self.module, f"{request}Request")
        parameters, body = self.spec.inputs(operation)
        known = {name.lower(): attribute for attribute, name in request.attribute_map.items()}
        given, missing = {}, []
        for name, value in parameters.items():
            attribute = known.get(name.lower())
            if attribute:
                given[attribute] = self.model(request.openapi_types[attribute], value)
            elif name != "project_id":
                missing.append(name)
        if body is not None and "body" in known:
            given["body"] = self.model(request.openapi_types["body"], body)
        made = request(**given)
        if info(made)["resource_path"] != operation["path"]:
            raise LookupError(f"another path: {info(made)['resource_path']}")
        if missing:
            raise LookupError(f"the request has no {', '.join(missing)}")
        response = getattr(self.client, method)(made)
        text = response.raw_content
        return json.loads(text) if text else None, self.wire(response)


class Tea:
    """The models of alibabacloud_tea_openapi."""

    def __init__(self, spec, url, module, client):
        from alibabacloud_tea_openapi import models

        self.spec = spec
        self.module = importlib.import_module(module)
        self.models = importlib.import_module(f"{module.rsplit('.', 1)[0]}.models")
        config = models.Config(access_key_id=KEY, access_key_secret=SECRET, protocol="http", region_id="cn-hangzhou")
        config.endpoint = url.split("://")[1]
        self.client = getattr(self.module, client)(config)
        self.raw = None
        self.watch()

    def watch(self):
        """Keeps the bytes of each response."""
        import requests

        mine, send = self, requests.Session.send

        def kept(session, request, **options):
            response = send(session, request, **options)
            if "127.0.0.1" in request.url:
                mine.raw = response.content
            return response

        requests.Session.send = kept

    def operations(self):
        for vendor, operations in self.spec.operations.items():
            if hasattr(self.models, f"{vendor}Request"):
                yield vendor, operations[0], vendor

    def call(self, vendor, operation, _):
        from alibabacloud_tea_util.models import RuntimeOptions

        parameters, _ = self.spec.inputs(operation)
        request = getattr(self.models, f"{vendor}Request")
        # A request is filled from the names on the wire.
        made = request().from_map(dict(parameters))
        held = made.to_map()
        missing = [name for name in parameters if name not in held]
        if missing:
            raise LookupError(f"the request has no {', '.join(missing)}")
        method = next(
            name
            for name in dir(self.client)
            if name.replace("_", "") == f"{vendor}withoptions".lower() and not name.endswith("async")
        )
        response = getattr(self.client, method)(made, RuntimeOptions(autoretry=False, max_attempts=1))
        return json.loads(self.raw), response.body.to_map()


class Core:
    """The requests of aliyun-python-sdk-core; its responses are plain JSON."""

    def __init__(self, spec, url, package, _):
        from aliyunsdkcore.client import AcsClient

        self.spec, self.package = spec, importlib.import_module(package)
        self.client = AcsClient(KEY, SECRET, "cn-hangzhou", auto_retry=False)
        self.address = url.split("://")[1]
        self.folder = Path(self.package.__file__ or list(self.package.__path__)[0])

    def operations(self):
        for vendor, operations in self.spec.operations.items():
            if (Path(list(self.package.__path__)[0]) / f"{vendor}Request.py").exists():
                yield vendor, operations[0], vendor

    def call(self, vendor, operation, _):
        request = getattr(importlib.import_module(f"{self.package.__name__}.{vendor}Request"), f"{vendor}Request")()
        request.set_endpoint(self.address)
        request.set_protocol_type("http")
        request.set_accept_format("JSON")
        parameters = {}
        # The fields of an object have setters of their own, and a list has that of its plural.
        for name, value in self.spec.inputs(operation)[0].items():
            fields = {f"{name}.{field}": inner for field, inner in value.items()} if isinstance(value, dict) else {name: value}
            parameters.update(fields)
        request.add_query_param("RegionId", parameters.pop("RegionId", "cn-hangzhou"))
        setters = {}
        for name, value in parameters.items():
            plain = "set_" + name.replace(".", "")
            setters[name] = getattr(request, plain + "s" * isinstance(value, list), None) or getattr(request, plain, None)
        missing = [name for name, setter in setters.items() if setter is None]
        if missing:
            raise LookupError(f"the request has no {', '.join(missing)}")
        for name, value in parameters.items():
            setters[name](value)
        return json.loads(self.client.do_action_with_exception(request)), None


def drive(sdk, results, differences):
    for vendor, operation, method in sdk.operations():
        results["operations"] += 1
        try:
            sent, held = sdk.call(vendor, operation, method)
        except LookupError as error:
            # The SDK cannot send the sample: its edition differs.
            results["not expressible"] += 1
            differences.append((operation["operationId"], "request", str(error)))
            continue
        except Exception as error:  # each SDK has its own
            known = getattr(error, "error_msg", None) or getattr(error, "message", None) or str(error)
            results["refused"] += 1
            differences.append((operation["operationId"], "refused", known.strip().splitlines()[0][:300] if known else repr(error)))
            if not known:
                traceback.print_exc()
            continue
        results["accepted"] += 1
        found = [] if held is None or sent is None else sorted(set(lost(sent, held)))
        results["decoded whole"] += not found
        differences.extend((operation["operationId"], "response", text) for text in found)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("tool")
    arguments.add_argument("--all", action="store_true")
    arguments.add_argument("--service")
    chosen = arguments.parse_args()
    command = [chosen.tool, "mock", "--quiet", "--no-limits", "--stateless", "--access-key", f"{KEY}:{SECRET}"]
    mock = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    log = []
    threading.Thread(target=lambda: log.extend(mock.stderr), daemon=True).start()
    try:
        urls = dict(mock.stdout.readline().split() for _ in SERVICES)
        rows, all_differences, signatures = [], [], 0
        for name, sdks in SERVICES.items():
            if chosen.service not in (None, name):
                continue
            spec = Spec(chosen.tool, name)
            for sdk in sdks:
                module, _, client = sdk.partition(":")
                kind = Huawei if name.startswith("huawei") else Tea if client else Core
                results, differences = collections.Counter(), []
                drive(kind(spec, urls[name], module, client), results, differences)
                package = module.split(".")[0]
                count = sum(map(len, spec.operations.values()))
                rows.append((name, package, count, *(results[key] for key in COLUMNS)))
                all_differences.extend((package, *difference) for difference in differences)
        print("| service | SDK | documented | " + " | ".join(COLUMNS) + " |")
        print("|---" * (3 + len(COLUMNS)) + "|")
        for row in rows:
            print("| " + " | ".join(map(str, row)) + " |")
        kinds = collections.Counter((package, kind, re.sub(r'"[^"]*"|\d+', "*", text)) for package, _, kind, text in all_differences)
        for package, operation, kind, text in all_differences:
            reason = EXPLAINED.get((package, operation, text))
            if reason:
                print(f"{package} {operation}: {kind}: {text} - explained: {reason}")
                continue
            key = (package, kind, re.sub(r'"[^"]*"|\d+', "*", text))
            if chosen.all or kinds.get(key):
                again = "" if chosen.all or kinds[key] == 1 else f" ({kinds[key]} times)"
                print(f"{package} {operation}: {kind}: {text}{again}")
                kinds[key] = 0
    finally:
        mock.terminate()
        mock.wait()
    signatures = [line for line in log if "SignatureDoesNotMatch" in line or "signature" in line]
    print(*signatures, sep="", end="", file=sys.stderr)
    found = {(package, operation, text) for package, operation, _, text in all_differences}
    unknown = found - EXPLAINED.keys()
    gone = set() if chosen.service else EXPLAINED.keys() - found
    for package, operation, text in sorted(gone):
        print(f"{package} {operation}: explained, but no longer a difference: {text}")
    return 1 if signatures or unknown or gone else 0


COLUMNS = ["operations", "not expressible", "refused", "accepted", "decoded whole"]

if __name__ == "__main__":
    sys.exit(main())
