"""What whoever writes a flow may name: roles, calendars, departments, webhooks, tables, services, flows."""

from admin_api.desk import AtDesk
from admin_api.need import may
from admin_api.route import section
from admin_api.schemas.flow_names import FlowNames, TableNamed
from core.catalog.service_templates import house_services
from core.catalog.tables import office_table
from core.commands.drafts import DraftFlow

FLOW_NAMES = section("drafts of flows")


@FLOW_NAMES.operation("GET", "/flow-names", may(DraftFlow.permission))
def read_flow_names(desk: AtDesk) -> FlowNames:
    """All names outside a flow that it may use, in one answer; publishing refuses others."""
    tools = desk.parts.bus.wiring.tools
    with desk.look() as reader:
        named = sorted(row["name"] for row in reader.find(office_table))
        tables = tools["tables"].those(reader, named)
        return FlowNames(
            roles=sorted(desk.parts.policy.roles),
            calendars=tools["calendars"].names(reader),
            departments=sorted(tools["departments"](reader)),
            webhooks=sorted(tools["hooks"]),
            tables=[
                TableNamed(name=name, columns=dict(table.columns), tree=table.tree) for name, table in tables.items()
            ],
            services=[each.key for each in house_services(reader)],
            flows=sorted(desk.parts.catalogue.keys(reader)),
        )
