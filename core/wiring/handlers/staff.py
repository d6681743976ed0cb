"""Commands that the room of staff carries out: members, roles, keys, sign-in, deputies."""

from core.bus.wiring import Handler
from core.commands import accounts as a
from core.commands import delegations as g
from core.commands import people as p
from core.commands import roles as ro
from core.commands import staffing as sg
from core.commands.command import Command
from core.staff import (
    credentials,
    delegation,
    departments,
    keys,
    logins,
    members,
    roles,
    second_factor,
    sessions,
    sign_in,
)
from core.staff import service as staff_room

HANDLERS: dict[type[Command], Handler] = {
    p.AddDepartment: departments.add_department,
    p.AddStaff: members.add_staff,
    p.BindStaffIdentity: staff_room.bind_staff_identity,
    p.SetStaffLanguage: staff_room.set_staff_language,
    p.IssueApiKey: keys.issue_api_key,
    p.RevokeApiKey: keys.revoke_api_key,
    ro.SetRole: roles.set_role,
    ro.SetGrant: roles.set_grant,
    ro.SetMask: roles.set_mask,
    ro.ResetRole: roles.reset_role,
    sg.ChangeStaff: members.change_staff,
    sg.DisableStaff: members.disable_staff,
    sg.EnableStaff: members.enable_staff,
    sg.UnbindStaffIdentity: members.unbind_staff_identity,
    sg.RenameDepartment: departments.rename_department,
    sg.MoveDepartment: departments.move_department,
    sg.SetRegions: departments.set_regions,
    sg.DeleteDepartment: departments.delete_department,
    a.SignIn: sign_in.sign_in,
    a.CountWrongSignIn: sign_in.count_wrong_sign_in,
    a.SignOut: sessions.sign_out,
    a.SignOutEverywhere: sessions.sign_out_everywhere,
    a.SetLogin: logins.set_login,
    a.ChangePassword: credentials.change_password,
    a.ResetPassword: credentials.reset_password,
    a.EnrolTotp: second_factor.enrol_totp,
    a.ConfirmTotp: second_factor.confirm_totp,
    a.DisableTotp: second_factor.disable_totp,
    a.ResetTotp: second_factor.reset_totp,
    g.DelegateWork: delegation.delegate_work,
    g.EndDelegation: delegation.end_delegation,
    g.OfferDelegates: delegation.offer_delegates,
}
