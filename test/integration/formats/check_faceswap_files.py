"""Reads an alignments file and header texts without any code of facefleet and checks their keys and types.

Called with a folder that holds alignments.fsa and *.itxt.txt. Prints the alignments as JSON (bytes as hex).
"""

import ast
import io
import json
import pathlib
import pickle
import sys
import zlib


class Plain(pickle.Unpickler):
    """Refuses every name."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError(f"the file names {module}.{name}")


def check(condition, what):
    if not condition:
        raise SystemExit(f"wrong: {what}")


def keys(dictionary, expected, what):
    check(type(dictionary) is dict, f"{what} is no dict")
    check(set(dictionary) == set(expected), f"{what} has the keys {sorted(dictionary)}")


def floats(values, count, what):
    check(type(values) is list and len(values) == count, f"{what} is no list of {count}")
    check(all(type(value) is float for value in values), f"{what} holds other things than floats")


def check_mask(mask, what):
    keys(mask, ["mask", "affine_matrix", "interpolator", "stored_size", "stored_centering"], what)
    check(type(mask["stored_size"]) is int, f"{what}: stored_size")
    check(type(mask["mask"]) is bytes, f"{what}: mask is no bytes")
    check(len(zlib.decompress(mask["mask"])) == mask["stored_size"] ** 2, f"{what}: wrong number of pixels")
    check(type(mask["affine_matrix"]) is list and len(mask["affine_matrix"]) == 2, f"{what}: matrix is not 2x3")
    for row in mask["affine_matrix"]:
        floats(row, 3, f"{what}: a matrix row")
    check(type(mask["interpolator"]) is int and 0 <= mask["interpolator"] <= 3, f"{what}: interpolator")
    check(mask["stored_centering"] in ("legacy", "face", "head"), f"{what}: centering")


def check_face(face, what, extra):
    keys(face, ["x", "y", "w", "h", "landmarks_xy", "mask", "identity", *extra], what)
    for side in "xywh":
        check(type(face[side]) is int, f"{what}: {side} is no int")
    points = face["landmarks_xy"]
    check(type(points) is list and len(points) in (4, 51, 68, 98), f"{what}: landmarks")
    for point in points:
        floats(point, 2, f"{what}: a landmark")
    check(type(face["mask"]) is dict and type(face["identity"]) is dict, f"{what}: mask or identity")
    for name, mask in face["mask"].items():
        check(type(name) is str, f"{what}: name of a mask")
        check_mask(mask, f"{what}: mask {name}")
    for name, numbers in face["identity"].items():
        check(type(name) is str, f"{what}: name of an identity")
        floats(numbers, len(numbers), f"{what}: identity {name}")
    if "thumb" in face and face["thumb"] is not None:
        thumb = face["thumb"]
        check(type(thumb) is list, f"{what}: thumb is no list")
        check(all(type(byte) is int and 0 <= byte <= 255 for byte in thumb), f"{what}: thumb holds no bytes")
        check(bytes(thumb[:3]) == b"\xff\xd8\xff", f"{what}: thumb is no JPEG")


def check_alignments(root):
    keys(root, ["__meta__", "__data__"], "the file")
    keys(root["__meta__"], ["version"], "__meta__")
    check(root["__meta__"]["version"] == 2.4 and type(root["__meta__"]["version"]) is float, "version")
    check(type(root["__data__"]) is dict, "__data__")
    for key, frame in root["__data__"].items():
        check(type(key) is str, "a frame's key")
        keys(frame, ["faces", "video_meta"], key)
        check(type(frame["faces"]) is list, f"{key}: faces")
        for index, face in enumerate(frame["faces"]):
            check_face(face, f"{key}: face {index}", ["thumb"])
        meta = frame["video_meta"]
        if meta != {}:
            keys(meta, ["pts_time", "keyframe"], f"{key}: video_meta")
            check(type(meta["pts_time"]) is int and type(meta["keyframe"]) is bool, f"{key}: video_meta")


def check_header(header, what):
    keys(header, ["alignments", "source"], what)
    check_face(header["alignments"], what, [])
    source = header["source"]
    expected = {
        "alignments_version": float,
        "original_filename": str,
        "face_index": int,
        "source_filename": str,
        "source_is_video": bool,
        "source_frame_dims": tuple,
    }
    keys(source, expected, f"{what}: source")
    for key, kind in expected.items():
        check(type(source[key]) is kind, f"{what}: {key} is {type(source[key])}")
    check([type(side) for side in source["source_frame_dims"]] == [int, int], f"{what}: source_frame_dims")


folder = pathlib.Path(sys.argv[1])
alignments = Plain(io.BytesIO(zlib.decompress((folder / "alignments.fsa").read_bytes()))).load()
check_alignments(alignments)
for text in sorted(folder.glob("*.itxt.txt")):
    content = text.read_text(encoding="utf-8")
    header = ast.literal_eval(content)
    check_header(header, text.name)
    check(str(header) == content, f"{text.name} is not as Python writes it")
json.dump(alignments, sys.stdout, default=lambda value: value.hex())
