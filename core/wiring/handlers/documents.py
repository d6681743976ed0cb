"""Commands about papers: their files, their review, their dates and their end."""

from core.bus.wiring import Handler
from core.cases import (
    documents,
    lapsing,
    originals,
    pages,
    review,
    review_snooze,
    second_look,
    supplement,
    upload_links,
    withdrawal,
)
from core.commands import cases as c
from core.commands import documents as d
from core.commands import lapsing as la
from core.commands import reviewing as r
from core.commands.command import Command
from core.files import service as files

HANDLERS: dict[type[Command], Handler] = {
    c.AskSupplement: supplement.ask_supplement,
    c.OpenItems: supplement.open_items,
    d.KeepFile: files.keep_file,
    d.SubmitDocument: documents.submit_document,
    d.AddFile: pages.add_file,
    d.WithdrawDocument: withdrawal.withdraw_document,
    d.ShowItem: documents.show_item,
    d.ReviewDocument: review.review_document,
    d.TickCheck: review.tick_check,
    d.GiveDate: review.give_date,
    d.AskDate: review.ask_date,
    d.OfferReasons: review.offer_reasons,
    r.OfferSecondLook: second_look.offer_second_look,
    r.AskSecondLook: second_look.ask_second_look,
    r.SnoozeReview: review_snooze.snooze_review,
    r.ShowReview: review_snooze.show_review,
    r.RemindReview: review_snooze.remind_review,
    la.CheckPapers: lapsing.check_papers,
    la.WarnLapse: lapsing.warn_lapse,
    d.OpenOriginal: originals.open_original,
    d.AskUploadLink: upload_links.ask_upload_link,
    d.WaiveItem: documents.waive_item,
}
