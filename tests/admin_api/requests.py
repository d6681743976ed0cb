"""A right request for every operation of the API: for the matrix of rights and whoever else asks them all."""

from collections.abc import Callable, Mapping
from typing import Any

from core.engine.pack import Pack, write_pack
from core.kit.ids import new_id
from tests.admin_api.office import FLOWS
from tests.files.papers import pdf

KOREA = (FLOWS / "visa_kr_tourist" / "v1.yaml").read_text("utf-8").replace("version: 1", "version: 2", 1)

Ids = Mapping[str, str]
Request = dict[str, Any]

ANY = {"if-match": "*"}  # whatever was seen
HOURS = {"zone": "Asia/Singapore", "week": [["09:00-18:00"]] * 5 + [[], []]}
IDENTITY = {"channel": "webchat", "account": "demo", "external_id": "somebody"}
REQUESTS: Mapping[str, Callable[[Ids], Request]] = {
    "list_templates": lambda ids: {},
    "list_flows": lambda ids: {},
    "response_times": lambda ids: {},
    "list_texts": lambda ids: {},
    "set_text": lambda ids: {"json": {"key": "welcome.client", "language": "en", "words": "Hi {name}"}},
    "reset_text": lambda ids: {"json": {"key": "welcome.client", "language": "en"}},
    "publish_flow": lambda ids: {"content": KOREA.encode(), "headers": {"content-type": "application/yaml"}},
    "draft_flow": lambda ids: {"json": {"source": "key: nothing_yet"}},
    "list_drafts": lambda ids: {},
    "read_draft": lambda ids: {},
    "edit_draft": lambda ids: {"json": {"source": "key: something_else"}, "headers": ANY},
    "drop_draft": lambda ids: {"headers": ANY},
    "validate_draft": lambda ids: {},
    "read_impact": lambda ids: {},
    "publish_draft": lambda ids: {"headers": ANY},
    "export_flow": lambda ids: {},
    "register_client": lambda ids: {"json": {"name": "赵六"}},
    "read_client": lambda ids: {},
    "read_client_360": lambda ids: {},
    "list_clients": lambda ids: {},
    "edit_client": lambda ids: {"json": {"email": "neu@example.com"}, "headers": ANY},
    "set_digest": lambda ids: {"json": {"at": "08:30"}},
    "list_tags": lambda ids: {},
    "set_client_zone": lambda ids: {"json": {"zone": "Europe/Berlin"}},
    "tag_client": lambda ids: {"json": {"tag": "加急办理"}},
    "untag_client": lambda ids: {"json": {"tag": "加急办理"}},
    "bind_client_identity": lambda ids: {"json": IDENTITY},
    "draft_contract": lambda ids: {
        "json": {
            "client_id": ids["client_id"],
            "flow": "visa_kr_tourist",
            "number": f"HT-{new_id()}",
            "package": "标准",
            "amount": 1,
            "signed_on": "2026-03-01",
            "travellers": [{"name": "赵六", "kind": "employed"}],
        }
    },
    "read_contract": lambda ids: {},
    "record_deposit": lambda ids: {},
    "activate_contract": lambda ids: {},
    "list_cases": lambda ids: {},
    "read_case": lambda ids: {},
    "read_timeline": lambda ids: {},
    "advance_case": lambda ids: {"json": {"trigger": "withdraw"}},
    "send_back": lambda ids: {"json": {"to": "prepare", "remark": "请更正申请表"}},
    "set_substate": lambda ids: {"json": {"substate": "sent"}},
    "set_fields": lambda ids: {"json": {"fields": {"days": 5}}},
    "add_traveller": lambda ids: {"json": {"traveller": {"name": "赵六", "kind": "employed"}}},
    "ask_supplement": lambda ids: {"json": {"items": ["extra"], "reason": "补料"}},
    "assign_role": lambda ids: {"json": {"role": "reviewer", "staff_id": ids["staff_id"]}},
    "hand_over": lambda ids: {"json": {"role": "reviewer", "staff_id": ids["staff_id"]}},
    "give_task": lambda ids: {"json": {"staff_id": ids["staff_id"]}},
    "claim_task": lambda ids: {},
    "release_task": lambda ids: {},
    "snooze_task": lambda ids: {"json": {"until": "hour"}},
    "record_consultation": lambda ids: {"json": {"summary": "谈话", "demand": "加急", "assessment": "可行"}},
    "say_to_client": lambda ids: {"json": {"text": "您好"}},
    "submit_document": lambda ids: {"files": {"file": ("a.pdf", pdf(words="matrix"))}},
    "set_guardian": lambda ids: {"json": {"person_id": ids["client_id"], "ends": True}},
    "invite_client": lambda ids: {},
    "record_paper_consent": lambda ids: {"json": {"signed_on": "2026-03-01"}},
    "waive_item": lambda ids: {"json": {"reason": "演练"}},
    "download_original": lambda ids: {},
    "show_preview": lambda ids: {},
    "review_document": lambda ids: {"json": {"decision": "rejected", "reason": "blur"}},
    "tick_check": lambda ids: {"json": {"check": "signature"}},
    "ask_second_look": lambda ids: {"json": {"staff_id": ids["staff_id"]}},
    "snooze_review": lambda ids: {"json": {"until": "hour"}},
    "give_date": lambda ids: {"json": {"name": "issued", "value": "2026-01-01"}},
    "find": lambda ids: {"params": {"q": "V-2026"}},
    "list_clear_reviews": lambda ids: {},
    "approve_shown": lambda ids: {"json": {"version_ids": [ids["version_id"]]}},
    "list_tasks": lambda ids: {},
    "complete_task": lambda ids: {},
    "list_held_files": lambda ids: {},
    "check_file_again": lambda ids: {},
    "list_conversations": lambda ids: {},
    "list_messages": lambda ids: {},
    "list_calendars": lambda ids: {},
    "read_calendar": lambda ids: {},
    "add_calendar": lambda ids: {"json": HOURS | {"name": f"c-{new_id()}"}},
    "write_calendar": lambda ids: {"json": HOURS, "headers": ANY},
    "list_settings": lambda ids: {},
    "read_setting": lambda ids: {},
    "write_setting": lambda ids: {"json": {"value": "5,2"}, "headers": ANY},
    "reset_setting": lambda ids: {"headers": ANY},
    "export_pack": lambda ids: {},
    "import_pack": lambda ids: {"content": write_pack(Pack()), "headers": {"content-type": "application/zip"}},
    "list_queues": lambda ids: {},
    "list_entries": lambda ids: {},
    "read_entry": lambda ids: {},
    "open_entry": lambda ids: {},
    "retry_entry": lambda ids: {},
    "drop_entry": lambda ids: {"json": {"reason": "测试"}},
    "list_handoffs": lambda ids: {},
    "take_over": lambda ids: {},
    "pass_handoff": lambda ids: {"json": {"colleague_id": ids["staff_id"]}},
    "say_in_chat": lambda ids: {"json": {"text": "您好"}},
    "give_back": lambda ids: {},
    "add_note": lambda ids: {"json": {"text": "备注"}},
    "list_delegations": lambda ids: {},
    "delegate_work": lambda ids: {
        "json": {"delegate_id": ids["deputy_id"], "first": "2026-03-03", "last": "2026-03-05"}
    },
    "end_delegation": lambda ids: {},
    "read_me": lambda ids: {},
    "add_department": lambda ids: {"json": {"name": "新部门"}},
    "add_staff": lambda ids: {"json": {"name": "新人", "roles": ["sales"]}},
    "bind_staff_identity": lambda ids: {"json": IDENTITY},
    "issue_api_key": lambda ids: {"json": {"name": "matrix"}},
}
"""A right request for every operation. One that is not here is not in the matrix, and the test fails."""
