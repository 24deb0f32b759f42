"""deploy/kubernetes against Kubernetes' own schemas, and against the services that it starts."""

import re
import shutil
import subprocess
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from pydantic_settings import BaseSettings

from deploy.kafka.acls import ADMIN, OBSERVER, SERVICES
from deploy.local.services import NAMES
from deploy.postgres.roles import ROLES
from shared import topics
from shared.departments import load_register
from shared.settings import WithDatabase
from shared.variables import unknown, variables
from tests.compose import ROOT
from tests.compose import SERVICES as COMPOSED
from tests.kustomize import Resource, build, containers, pod

FOLDER = ROOT / "deploy" / "kubernetes"
OVERLAYS = ("development", "production")
VERSION = "1.33"
OTHERS = {"keda.sh/v1alpha1", "external-secrets.io/v1"}
"""Kinds of others' making, of which Kubernetes has no schema."""
PART_OF = "app.kubernetes.io/part-of"
PORTS = {"ingest": 8080, "aggregator": 8090, "reporter": 8000}


@pytest.fixture(scope="module", params=OVERLAYS)
def resources(request: pytest.FixtureRequest) -> list[Resource]:
    return build(FOLDER / request.param)


def named(resources: list[Resource], kind: str, name: str) -> Resource:
    (found,) = [each for each in resources if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def of_kind(resources: list[Resource], *kinds: str) -> list[Resource]:
    return [resource for resource in resources if resource["kind"] in kinds]


def working(resources: list[Resource]) -> list[Resource]:
    return of_kind(resources, "Deployment", "Job", "CronJob")


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kustomize_builds_the_same(overlay: str) -> None:
    """Where there is kubectl: what the other tests look at is what a cluster would get."""
    if not shutil.which("kubectl"):
        pytest.skip("no kubectl on this machine")
    command = ["kubectl", "kustomize", str(FOLDER / overlay)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr

    def key(resource: Resource) -> tuple[str, str]:
        return resource["kind"], resource["metadata"]["name"]

    assert sorted(yaml.safe_load_all(ran.stdout), key=key) == sorted(build(FOLDER / overlay), key=key)


def test_every_manifest_is_of_an_overlay() -> None:
    """None is forgotten, and the development one needs nothing but Kubernetes."""
    used = {name for folder in FOLDER.iterdir() if folder.is_dir()
            for said in yaml.safe_load_all((folder / "kustomization.yaml").read_text())
            for name in [*(f"{folder.name}/{each}" for each in said["resources"] if each.endswith(".yaml")),
                         *(f"{folder.name}/{each['path']}" for each in said.get("patches", []))]}  # fmt: skip
    there = {str(file.relative_to(FOLDER)) for file in FOLDER.rglob("*.yaml") if file.name != "kustomization.yaml"}
    assert used == there
    assert not {resource["apiVersion"] for resource in build(FOLDER / "development")} & OTHERS


def test_kubernetes_takes_it(resources: list[Resource]) -> None:
    """Strictly: a field that the schema does not know is a mistake."""
    for resource in resources:
        if resource["apiVersion"] not in OTHERS:
            kubernetes_validate.validate(resource, VERSION, strict=True)


def test_a_mistake_is_seen() -> None:
    """The schemas are no formality."""
    wrong = named(build(FOLDER / "production"), "Deployment", "svr-ingest")
    wrong["spec"]["template"]["spec"]["containers"][0]["livenessprobe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="livenessprobe"):
        kubernetes_validate.validate(wrong, VERSION, strict=True)


def model(name: str) -> type[BaseSettings]:
    if name == "set-up":
        return WithDatabase
    found: type[BaseSettings] = import_module(f"services.{name}.settings").Settings
    return found


def environment(resources: list[Resource], resource: Resource) -> dict[str, str]:
    """As the container gets it, but for what comes from Secrets, which is "secret"."""
    (container,) = containers(resource)
    found: dict[str, str] = {}
    for source in container.get("envFrom", []):
        if "configMapRef" in source:
            found |= named(resources, "ConfigMap", source["configMapRef"]["name"])["data"]
        else:
            assert source["secretRef"]["optional"] is True, "what must be there is in a file"
    return found | {each["name"]: each.get("value", "secret") for each in container.get("env", [])}


def mounted(resource: Resource, path: str) -> tuple[Resource, str]:
    """The volume that holds the path, and the file in it."""
    (container,), found = containers(resource), pod(resource) or {}
    for mount in sorted(container["volumeMounts"], key=lambda mount: -len(mount["mountPath"])):
        if path.startswith(mount["mountPath"] + "/"):
            (volume,) = [each for each in found["volumes"] if each["name"] == mount["name"]]
            return volume, path.removeprefix(mount["mountPath"] + "/")
    raise AssertionError(f"{path} is in no volume of {resource['metadata']['name']}")


@pytest.mark.parametrize("name", ["set-up", *NAMES])
def test_every_variable_is_a_setting_of_that_service(resources: list[Resource], name: str) -> None:
    """And those that compose gives a service too, for reaching Kafka and the database, are not forgotten here."""
    resource = named(resources, "Job" if name == "set-up" else "Deployment", f"svr-{name}")
    told = set(environment(resources, resource)) - set(re.findall(r"\$\((\w+)\)", str(containers(resource)[0]["args"])))
    assert told <= {variable.name for variable in variables(model(name))}
    assert unknown(model(name), told) == []
    reaching = {key for key in COMPOSED[name]["environment"] if key.startswith(("SVR_KAFKA_", "DATABASE_"))}
    assert reaching == {key for key in told if key.startswith(("SVR_KAFKA_", "DATABASE_"))}


@pytest.mark.parametrize("name", ["set-up", *NAMES])
def test_its_settings_are_whole(
    resources: list[Resource], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It starts with them, once its Secrets are there with the keys that README.md lists."""
    resource = named(resources, "Job" if name == "set-up" else "Deployment", f"svr-{name}")
    readme = (FOLDER / "README.md").read_text()
    for known in variables(model(name)):
        monkeypatch.delenv(known.name, raising=False)
    for number, (variable, value) in enumerate(environment(resources, resource).items()):
        if value.startswith(("/secrets/", "/ca/")):
            volume, key = mounted(resource, value)
            source = volume["secret"]["secretName"] if "secret" in volume else volume["configMap"]["name"]
            (row,) = [row for row in readme.splitlines() if row.startswith("|") and f"`{source}`" in row.split("|")[1]]
            assert f"`{key}`" in row, (source, key)
            value = str(tmp_path / str(number))
            Path(value).write_text("secret")
        monkeypatch.setenv(variable, value)
    settings = model(name)()
    assert settings.kafka.protocol == "SASL_SSL"  # type: ignore[attr-defined]
    assert settings.kafka.username == {"set-up": ADMIN}.get(name, name)  # type: ignore[attr-defined]
    if isinstance(settings, WithDatabase):
        role = "svr" if name == "set-up" else f"svr_{name}"
        assert settings.database.startswith(f"postgresql://{role}:secret@")


def test_the_set_up_job_finds_a_password_for_everybody() -> None:
    """By the names that README.md lists."""
    readme = (FOLDER / "README.md").read_text()
    (principals,) = [row for row in readme.splitlines() if row.startswith("| `svr-kafka-principals`")]
    assert "the three services" in principals
    assert all(f"`{name}`" in principals for name in (ADMIN, OBSERVER))
    assert len(SERVICES) == 3
    (roles,) = [row for row in readme.splitlines() if row.startswith("| `svr-database-roles`")]
    assert all(f"`{role}`" in roles for role in ("svr", *ROLES))
    arguments = containers(named(build(FOLDER / "production"), "Job", "svr-set-up"))[0]["args"]
    assert arguments[:2] == COMPOSED["set-up"]["command"]


@pytest.mark.parametrize("name", NAMES)
def test_ports_and_probes_are_the_service_s(resources: list[Resource], name: str) -> None:
    """Its own default port, three probes on its two health addresses, and a Service that leads to it."""
    deployment, service = (named(resources, kind, f"svr-{name}") for kind in ("Deployment", "Service"))
    (container,) = containers(deployment)
    assert container["ports"] == [{"name": "http", "containerPort": PORTS[name]}]
    assert model(name).model_fields["port"].default == PORTS[name]
    assert service["spec"]["ports"] == [{"name": "http", "port": PORTS[name], "targetPort": "http"}]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    for selector in (service["spec"]["selector"], deployment["spec"]["selector"]["matchLabels"],
                     named(resources, "PodDisruptionBudget", f"svr-{name}")["spec"]["selector"]["matchLabels"],
                     *(each["labelSelector"]["matchLabels"]
                       for each in deployment["spec"]["template"]["spec"]["topologySpreadConstraints"])):  # fmt: skip
        assert selector.items() <= labels.items()
    probes = {probe: container[f"{probe}Probe"]["httpGet"] for probe in ("startup", "liveness", "readiness")}
    live, ready = ({"path": f"/health/{which}", "port": "http"} for which in ("live", "ready"))
    assert probes == {"startup": live, "liveness": live, "readiness": ready}
    if name == "ingest":
        aggregator = environment(resources, deployment)["SVR_INGEST_AGGREGATOR_URL"]
        assert aggregator == f"http://{named(resources, 'Service', 'svr-aggregator')['metadata']['name']}:8090"


def test_every_pod_may_do_no_more_than_it_must(resources: list[Resource]) -> None:
    """The restricted Pod Security Standard, a read-only root, no token for the cluster, limits."""
    for resource in working(resources):
        spec, (container,) = pod(resource) or {}, containers(resource)
        assert spec["automountServiceAccountToken"] is False
        account = named(resources, "ServiceAccount", spec["serviceAccountName"])
        assert account["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["securityContext"]["runAsUser"] == 10001
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        }  # fmt: skip
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]
        for volume in spec["volumes"]:
            assert set(volume) - {"name"} <= {"emptyDir", "secret", "configMap"}
            assert volume.get("secret", {}).get("defaultMode", 0o440) == 0o440
        for mount in container["volumeMounts"]:
            assert mount["name"] == "tmp" or mount["readOnly"] is True
    for namespace in of_kind(resources, "Namespace"):
        assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_user_is_the_image_s() -> None:
    """As the Dockerfile says."""
    assert "USER 10001:10001" in (ROOT / "deploy" / "Dockerfile").read_text()


def test_one_image_and_it_is_pinned(resources: list[Resource]) -> None:
    """The same in every pod, and its commands are modules that are there."""
    images = {container["image"] for resource in working(resources) for container in containers(resource)}
    (image,) = images
    assert re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+", image)
    assert image.rpartition(":")[2] == COMPOSED["ingest"]["image"].rpartition(":")[2]
    for resource in working(resources):
        assert find_spec(containers(resource)[0]["args"][0])


def partitions(metadata: dict[str, Any]) -> int:
    """Of the topic that the trigger looks at, or of all that its group reads."""
    senders = [sender.code for sender in load_register().senders()]
    named_so = {topic.name: topic.partitions for topic in topics.topics(senders)}
    if "topic" in metadata:
        return named_so[metadata["topic"]]
    assert metadata["consumerGroup"] == "ingest"
    return sum(named_so[topics.submissions(code)] for code in senders)


def test_it_never_scales_beyond_the_partitions() -> None:
    """A consumer without a partition may not come back; and at least two, on the services' own Kafka."""
    resources = build(FOLDER / "production")
    scaled = of_kind(resources, "ScaledObject")
    assert {each["spec"]["scaleTargetRef"]["name"] for each in scaled} == {"svr-ingest", "svr-aggregator"}
    for each in scaled:
        named(resources, "Deployment", each["spec"]["scaleTargetRef"]["name"])
        (trigger,) = each["spec"]["triggers"]
        named(resources, "TriggerAuthentication", trigger["authenticationRef"]["name"])
        metadata = trigger["metadata"]
        assert 2 <= each["spec"]["minReplicaCount"] <= each["spec"]["maxReplicaCount"] <= partitions(metadata)
        assert metadata["allowIdleConsumers"] == "false"
        assert metadata["offsetResetPolicy"] == "earliest"
        kafka = named(resources, "ConfigMap", "svr-kafka")["data"]
        assert metadata["bootstrapServers"] == kafka["SVR_KAFKA_BOOTSTRAP"]
        assert all(isinstance(value, str) for value in metadata.values())
    status = {topic.name: topic.partitions for topic in topics.topics([])}[topics.IMPLEMENTATION_STATUS]
    assert named(resources, "Deployment", "svr-reporter")["spec"]["replicas"] <= status


def test_a_rollout_has_no_more_consumers_than_before(resources: list[Resource]) -> None:
    """One goes before the next comes."""
    for deployment in of_kind(resources, "Deployment"):
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}


def test_a_pod_reaches_and_is_reached_by_what_it_must(resources: list[Resource]) -> None:
    """Everything of ours is denied first; then the ports of the settings, and no other, are opened."""
    policies = {policy["metadata"]["name"]: policy["spec"] for policy in of_kind(resources, "NetworkPolicy")}
    denied = policies.pop("svr-default-deny")
    assert set(denied) == {"podSelector", "policyTypes"}
    assert denied["policyTypes"] == ["Ingress", "Egress"]
    out: dict[str, set[int]] = {}
    into: dict[str, set[int]] = {}
    for resource in working(resources):
        template = resource["spec"].get("jobTemplate", resource)["spec"]["template"]
        labels = template["metadata"]["labels"]
        assert denied["podSelector"]["matchLabels"].items() <= labels.items()
        for spec in policies.values():
            if _selects(spec["podSelector"], labels):
                for found, direction in ((out, "egress"), (into, "ingress")):
                    ports = {port["port"] for rule in spec.get(direction, []) for port in rule["ports"]}
                    found.setdefault(resource["metadata"]["name"], set()).update(ports)
    kafka, postgres, names = 9092, 5432, 53
    assert out == {
        "svr-ingest": {names, kafka, 8090, 443},
        "svr-aggregator": {names, kafka, postgres},
        "svr-reporter": {names, kafka, postgres, 443, 587},
        "svr-set-up": {names, kafka, postgres},
        "svr-verify": {names, postgres},
    }
    assert {name: ports for name, ports in into.items() if ports} == {f"svr-{name}": {PORTS[name]} for name in NAMES}


def _selects(selector: Resource, labels: dict[str, str]) -> bool:
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        each["operator"] == "In" and labels.get(each["key"]) in each["values"]
        for each in selector.get("matchExpressions", [])
    )


def test_no_secret_is_in_the_repository(resources: list[Resource]) -> None:
    """Only names of Secrets, each in README.md's table; in production each is fetched from outside."""
    assert of_kind(resources, "Secret") == []
    wanted = set(re.findall(r"'secretName': '([\w-]+)'|'secretKeyRef': {'key': '[\w-]+', 'name': '([\w-]+)'|"
                            r"'secretKeyRef': {'name': '([\w-]+)'", str(resources)))  # fmt: skip
    names = {name for groups in wanted for name in groups if name}
    assert len(names) == 6
    readme = (FOLDER / "README.md").read_text()
    assert all(f"`{name}`" in readme for name in (*names, "svr-ca"))
    if fetched := of_kind(resources, "ExternalSecret"):
        assert {each["metadata"]["name"] for each in fetched} == names
        assert {each["spec"]["target"]["name"] for each in fetched} == names
    for config in of_kind(resources, "ConfigMap"):
        for variable, value in config["data"].items():
            assert not re.search("PASSWORD|TOKEN|KEY", variable)
            assert not re.search(r"://[^/@]*:[^/@]*@", value), variable


def test_optional_secrets_are_settings_that_are_secret() -> None:
    """As README.md lists them."""
    (row,) = [row for row in (FOLDER / "README.md").read_text().splitlines() if "svr-reporter-environment" in row]
    listed = set(re.findall(r"`(SVR_\w+)`", row))
    assert listed <= {variable.name for variable in variables(model("reporter")) if variable.secret}
    assert len(listed) == 3
