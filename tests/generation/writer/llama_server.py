"""A real llama.cpp server with a real model, as a process: the model in the box, written down as GGUF.

    python tests/generation/writer/llama_server.py BOX_FOLDER GGUF_FILE [API_KEY]

prints its address on one line and serves until it is ended. llama.cpp cuts text into tokens by a rule of its
own, so the model writes worse than at home; what is tested is the protocol.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

WINDOW = 3072
NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "input_layernorm.weight": "attn_norm.weight",
    "post_attention_layernorm.weight": "ffn_norm.weight",
    "self_attn.q_proj.weight": "attn_q.weight",
    "self_attn.k_proj.weight": "attn_k.weight",
    "self_attn.v_proj.weight": "attn_v.weight",
    "self_attn.o_proj.weight": "attn_output.weight",
    "mlp.gate_proj.weight": "ffn_gate.weight",
    "mlp.up_proj.weight": "ffn_up.weight",
    "mlp.down_proj.weight": "ffn_down.weight",
}


def write_gguf(folder: Path, path: Path) -> None:
    """The Llama-shaped model of a folder as GGUF, in float32."""
    import gguf
    from safetensors.torch import load_file

    config = json.loads((folder / "config.json").read_text())
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])
    _add_tokenizer(writer, folder, config)
    for name, tensor in load_file(folder / "model.safetensors").items():
        values = tensor.float()
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            values = _turned(values, config["num_attention_heads"])
        writer.add_tensor(_name(name), values.numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_tokenizer(writer: Any, folder: Path, config: dict[str, Any]) -> None:
    import gguf

    data = json.loads((folder / "tokenizer.json").read_text())
    special = {token["content"] for token in data["added_tokens"] if token["special"]}
    added = {token["content"] for token in data["added_tokens"]}
    by_id = {number: text for text, number in data["model"]["vocab"].items()}
    by_id |= {token["id"]: token["content"] for token in data["added_tokens"]}
    tokens = [by_id.get(number, f"<|unused{number}|>") for number in range(config["vocab_size"])]
    kinds = [
        gguf.TokenType.CONTROL if text in special
        else gguf.TokenType.USER_DEFINED if text in added
        else gguf.TokenType.NORMAL if number in by_id
        else gguf.TokenType.UNUSED
        for number, text in enumerate(tokens)
    ]  # fmt: skip
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(pair) if isinstance(pair, list) else pair for pair in data["model"]["merges"]])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_pad_token_id(config["pad_token_id"])
    writer.add_add_bos_token(False)
    writer.add_chat_template((folder / "chat_template.jinja").read_text())


def _name(name: str) -> str:
    if name in NAMES:
        return NAMES[name]
    _, _, number, rest = name.split(".", 3)
    return f"blk.{number}.{NAMES[rest]}"


def _turned(values: Any, heads: int) -> Any:
    """llama.cpp pairs neighbouring places of a head in its rotation, transformers its two halves."""
    rows, width = values.shape
    return values.view(heads, 2, rows // heads // 2, width).transpose(1, 2).reshape(rows, width).contiguous()


def serve(gguf_file: Path, api_key: str = "") -> None:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(gguf_file)
    parameters.model_alias = {"box"}
    parameters.n_ctx, parameters.n_parallel = 2 * WINDOW, 2
    parameters.cpuparams.n_threads = 1
    parameters.warmup = False
    parameters.hostnames, parameters.port = ["127.0.0.1"], 0
    if api_key:
        parameters.api_keys = [api_key]
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    target = Path(sys.argv[2])
    if not target.exists():
        write_gguf(Path(sys.argv[1]), target)
    serve(target, *sys.argv[3:])
