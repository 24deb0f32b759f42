"""As much of Kustomize as deploy/kubernetes uses, for machines without kubectl; where there is one, a test compares."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Resource = dict[str, Any]
KNOWN = {"apiVersion", "kind", "namespace", "labels", "resources", "images", "replicas", "patches"}
CLUSTER_WIDE = ("Namespace",)


def documents(file: Path) -> list[Resource]:
    return [document for document in yaml.safe_load_all(file.read_text()) if document]


def build(folder: Path) -> list[Resource]:
    """The resources of a folder with a kustomization.yaml. AssertionError for what is not known here."""
    (said,) = documents(folder / "kustomization.yaml")
    assert set(said) <= KNOWN, set(said) - KNOWN
    found = [
        resource
        for name in said["resources"]
        for resource in (build(folder / name) if (folder / name).is_dir() else documents(folder / name))
    ]
    for patch in said.get("patches", []):
        assert set(patch) == {"path"}
        for document in documents(folder / patch["path"]):
            (target,) = [resource for resource in found if _identity(resource) == _identity(document)]
            _merge(target, document)
    for resource in found:
        for replicas in said.get("replicas", []):
            if resource["kind"] == "Deployment" and resource["metadata"]["name"] == replicas["name"]:
                resource["spec"]["replicas"] = replicas["count"]
        for image in said.get("images", []):
            for container in containers(resource):
                if container["image"].rpartition(":")[0] == image["name"]:
                    container["image"] = f"{image['newName']}:{image['newTag']}"
        for labels in said.get("labels", []):
            for metadata in _labelled(resource, templates=labels.get("includeTemplates", False)):
                metadata["labels"] = {**metadata.get("labels", {}), **labels["pairs"]}
        if "namespace" in said and resource["kind"] not in CLUSTER_WIDE:
            resource["metadata"]["namespace"] = said["namespace"]
    return copy.deepcopy(found)


def pod(resource: Resource) -> Resource | None:
    """The specification of the pods that it makes; None if it makes none."""
    template = _template(resource)
    return None if template is None else template["spec"]


def containers(resource: Resource) -> list[Resource]:
    found = pod(resource) or {}
    return [*found.get("initContainers", []), *found.get("containers", [])]


def _template(resource: Resource) -> Resource | None:
    spec = resource.get("spec", {})
    template: Resource | None = spec.get("jobTemplate", {}).get("spec", spec).get("template")
    return template if resource["kind"] in ("Deployment", "Job", "CronJob") else None


def _labelled(resource: Resource, *, templates: bool) -> Iterator[Resource]:
    yield resource["metadata"]
    if templates and (template := _template(resource)):
        yield template.setdefault("metadata", {})
        if resource["kind"] == "CronJob":
            yield resource["spec"]["jobTemplate"].setdefault("metadata", {})


def _identity(resource: Resource) -> tuple[str, str, str]:
    return resource["apiVersion"], resource["kind"], resource["metadata"]["name"]


def _merge(target: Resource, patch: Resource) -> None:
    """Maps merge; anything else replaces, as in a strategic merge of what has no merge key."""
    for name, value in patch.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            _merge(target[name], value)
        else:
            target[name] = value
