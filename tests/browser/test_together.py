"""Together: what a person sees before, while and after they take part."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import show
from tests.browser.running_app import PASSPHRASE, RunningApp
from tests.browser.watching import Watch
from tests.server.enrolling import Asking, invited, server_keys
from tests.server.enrolment_server import serving
from vsr_client.round_events import Connected, ModelKept, OfferReceived, OfferRefused, SharesGiven, UpdateSent
from vsr_client.store.vault import Vault
from vsr_client.together.events import Stopped, Waiting
from vsr_client.together.record import keeper
from vsr_server.database import Database, open_database
from vsr_server.enrolment.enrol import enrol
from vsr_server.enrolment.invitations import MadeInvitation
from vsr_server.enrolment.machines import machines
from vsr_server.enrolment.routes import router
from vsr_server.server_folder import ServerFolder
from vsr_shared.federation.events import Event

Look = Callable[[Page, str], None]


def note(app: RunningApp, event: Event) -> None:
    """Write `event` into the app's own sealed record, as its worker does."""
    vault = Vault.open(app.folder, lambda _: PASSPHRASE)
    keeper(vault.ledger)(event)
    vault.close()


class Server:
    """A server that invites and lets in, until it goes away."""

    def __init__(self, root: Path, database: Database, running: ExitStack) -> None:
        self.database = database
        self.keys = server_keys(root, datetime.now(UTC))
        folder = ServerFolder(root)
        routes = router(database, folder, lambda machine: None)
        self.go_away = running.close
        self.address = running.enter_context(serving([routes], folder.certificates))

    def invite(self) -> MadeInvitation:
        return invited(self.database, self.keys, now=datetime.now(UTC), address=self.address)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("server")
    with closing(open_database(f"sqlite:///{root / 'server.db'}")) as database, ExitStack() as running:
        yield Server(root, database, running)


@pytest.fixture(scope="module")
def invitation(server: Server) -> MadeInvitation:
    return server.invite()


def test_before_joining_it_explains_and_promises_no_more_than_is_kept(page: Page, look: Look) -> None:
    show(page, "/together")
    expect(page.get_by_role("heading", level=1)).to_have_text("Together")
    expect(page.get_by_role("img", name="Your machine is a house")).to_be_visible()
    open_promises = page.locator(".promise-open h3")
    expect(open_promises).to_have_count(1)
    expect(open_promises.first).to_contain_text("No noise is added here")
    kept = page.locator(".promises > li:not(.promise-open)")
    expect(kept.filter(has_text="Only sums can be read")).to_contain_text("a sum over at least 2 people")
    left = page.get_by_role("region", name="What left this machine")
    expect(left.get_by_text("Nothing so far")).to_be_visible()
    look(page, "together-before")


def test_what_is_no_invitation_is_refused_in_words(page: Page, watch: Watch) -> None:
    watch.expect("status of 4")
    watch.expect("status of 5")
    show(page, "/together")
    page.get_by_label("Your invitation").fill("come and join us")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not an invitation")


def test_looking_joins_nothing_and_joining_asks_for_the_fingerprint(
    page: Page, look: Look, app: RunningApp, invitation: MadeInvitation, server: Server
) -> None:
    show(page, "/together")
    page.get_by_label("Your invitation").fill(invitation.line)
    page.get_by_role("button", name="Look at it").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(server.address)
    expect(dialog).to_contain_text("VSR federation authority")
    expect(dialog).to_contain_text("masks that cancel in sums alone")
    expect(dialog).to_contain_text("only models that this federation signed")
    shown = dialog.locator(".print span").all_inner_texts()
    assert "".join(shown) == invitation.invitation.fingerprint
    assert not app.call("GET", "/api/together")["joined"]
    assert machines(server.database) == []
    join = dialog.get_by_role("button", name="Trust and join")
    expect(join).to_be_disabled()
    look(page, "together-look")
    dialog.get_by_label("I compared the fingerprint").check()
    join.click()
    part = page.get_by_role("region", name="Your part")
    expect(part).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("the server let this machine in")
    (machine,) = machines(server.database)
    part.get_by_text("Whom you trust").click()
    expect(part).to_contain_text(f"Let in as {machine.id}, and certified")
    found = app.call("GET", "/api/together")
    assert (found["server"]["fingerprint"], found["certified"]) == (invitation.invitation.fingerprint, True)


def test_with_nothing_taught_it_says_so_and_pauses_and_goes_on(page: Page, look: Look) -> None:
    show(page, "/together")
    expect(page.get_by_text("There is nothing to contribute yet")).to_be_visible()
    look(page, "together-joined")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Nothing leaves this machine until you go on")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_a_server_that_is_away_is_waited_for_and_the_next_update_can_be_seen_meanwhile(
    page: Page, look: Look, app: RunningApp, voices: Path, server: Server
) -> None:
    server.go_away()
    for file, polarity in (
        ("ravdess/03-01-05-01-01-01-17.flac", "negative"),
        ("ravdess/03-01-03-01-01-01-17.flac", "positive"),
    ):
        found = app.upload(voices / file)
        app.call("PATCH", f"/api/recordings/{found['id']}", {"polarity": polarity})
    show(page, "/together")
    expect(page.get_by_text("The server does not answer", exact=True)).to_be_visible(timeout=90_000)
    page.get_by_role("button", name="Show my exact next update").click()
    expect(page.get_by_text("774,916")).to_be_visible(timeout=150_000)
    expect(page.get_by_role("img", name="How the changes are spread")).to_be_visible()
    look(page, "together-next")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the very bytes").click()
    size = app.call("GET", "/api/together/next-update")["bytes"]
    assert Path(saved.value.path()).stat().st_size == size


def test_a_machine_that_waits_to_be_certified_says_so_and_shows_no_key(page: Page, look: Look, app: RunningApp) -> None:
    note(app, Waiting("not_certified", "the operator has yet to let this machine into the sums"))
    show(page, "/together")
    part = page.get_by_role("region", name="Your part")
    expect(part).to_contain_text("The operator has yet to certify this machine")
    expect(part).not_to_contain_text("public key")
    expect(part).not_to_contain_text("ecdsa-sha2")
    look(page, "together-uncertified")


def test_a_machine_that_was_taken_out_is_told_so(page: Page, look: Look, app: RunningApp) -> None:
    words = "the operator took this machine out of the federation, so nothing is asked of it any more"
    note(app, Stopped("revoked_machine", words))
    show(page, "/together")
    part = page.get_by_role("region", name="Your part")
    expect(part).to_contain_text("This machine stopped taking part")
    expect(part).to_contain_text("The operator took this machine out of the federation")
    look(page, "together-revoked")


def test_what_left_is_readable_on_a_phone_too(page: Page, look: Look, app: RunningApp) -> None:
    local: dict[str, float] = {"epochs": 5, "learning_rate": 3e-4, "batch_size": 16}
    note(app, Connected("127.0.0.1:9", 7))
    for number in (1, 2):
        note(app, OfferReceived("f", number, 3_100_936, 3, local, []))
        note(app, UpdateSent("f", number, 3_099_788, {"update/vector": [774_915]}, "5e" * 32, 3, 2.5, "c0" * 32))
        note(app, SharesGiven("f", number, 4, 1_000))
    note(app, OfferRefused("the server averages from 1 machines on, this one asks for at least 2"))
    note(app, ModelKept("f", 2, 3_100_936))
    show(page, "/together")
    rows = page.locator(".ledger tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.nth(0)).to_contain_text("Model received")
    expect(rows.nth(1)).to_contain_text("this one asks for at least 2")
    expect(rows.nth(2)).to_contain_text("4 people, you among them")
    expect(page.get_by_role("region", name="What left this machine")).to_contain_text("6.2 MB")
    expect(page.get_by_text("You are taking part")).to_be_visible()
    rows.nth(2).get_by_text("To the byte").click()
    expect(rows.nth(2)).to_contain_text("3,099,788")
    look(page, "together-record")


def test_leaving_ends_it(page: Page, app: RunningApp) -> None:
    show(page, "/together")
    page.get_by_role("button", name="Leave").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Delete the common model").check()
    dialog.get_by_role("button", name="Leave").click()
    expect(page.get_by_label("Your invitation")).to_be_visible()
    found = app.call("GET", "/api/together")
    assert not found["joined"]
    assert found["state"] == "out"
    assert not (app.folder / "node_key").exists(), "the keys for this federation went with it"


def test_an_invitation_that_was_used_is_refused_in_the_dialog(
    page: Page, look: Look, app: RunningApp, watch: Watch, tmp_path: Path
) -> None:
    watch.expect("status of 4")
    watch.expect("status of 5")
    folder = ServerFolder(tmp_path)
    with closing(open_database(f"sqlite:///{tmp_path / 'server.db'}")) as database:
        keys = server_keys(tmp_path, datetime.now(UTC))
        with serving([router(database, folder, lambda machine: None)], folder.certificates) as address:
            made = invited(database, keys, now=datetime.now(UTC), address=address)
            enrol(database, Asking().by(made), keys, lambda machine: None, datetime.now(UTC))
            show(page, "/together")
            page.get_by_label("Your invitation").fill(made.line)
            page.get_by_role("button", name="Look at it").click()
            dialog = page.get_by_role("dialog")
            dialog.get_by_label("I compared the fingerprint").check()
            dialog.get_by_role("button", name="Trust and join").click()
            expect(dialog.get_by_role("alert")).to_contain_text("This invitation was used already, by another machine")
            look(page, "together-used")
    assert not app.call("GET", "/api/together")["joined"]


def test_a_privacy_budget_is_chosen_and_says_what_it_means(page: Page, look: Look) -> None:
    show(page, "/together")
    budget = page.get_by_label("Privacy budget")
    budget.select_option("2 – strict")
    expect(page.get_by_text("Your machine refuses rounds without noise")).to_be_visible()
    page.get_by_text("What the figure means").click()
    expect(page.get_by_text("at most 73.1 times in 100")).to_be_visible()
    look(page, "together-budget")
    people = page.get_by_label("Smallest sum")
    people.select_option("5 people")
    expect(page.get_by_text("a sum over at least 5 people")).to_be_visible()
    people.select_option("2 people")
    budget.select_option("No limit")
    expect(page.get_by_text("takes part with and without noise")).to_be_visible()
