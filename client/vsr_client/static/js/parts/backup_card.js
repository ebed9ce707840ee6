// Backup: one encrypted file with everything, saved and restored.

import { post, send } from "../api.js";
import { el } from "../dom.js";
import { confirm } from "./dialog.js";
import { card, field, more } from "./pieces.js";
import { form, matching, password } from "./secret_form.js";
import { toast } from "./toast.js";

/** The card. */
export function backupCard() {
  const [first, firstField] = password(
    "Passphrase for this backup",
    "new-password",
    "It may be another than the one of VSR. Without it nobody can open the backup, not even you.",
  );
  const [second, secondField] = password("The same again", "new-password");
  const save = form([firstField, secondField], "Save a backup", async () => {
    matching(first.value, second.value);
    const { link } = await post("/api/backup/link", { passphrase: first.value });
    el("a", { href: link, download: "" }).click();
    first.value = second.value = "";
    toast("Your browser saves the backup.");
  });
  const file = el("input", { class: "input", type: "file", accept: ".vsrbackup,application/octet-stream" });
  const [given, givenField] = password("The backup’s passphrase", "off");
  const restore = form(
    [field("Backup", file), givenField],
    "Restore",
    async () => {
      if (!file.files.length) throw new Error("Choose the file of a backup first");
      const sure = await confirm(
        "Put the backup in the place of everything here?",
        "Recordings, labels and personal heads that are here now and not in the backup will be gone. Its passphrase becomes yours.",
        { yes: "Restore", care: true },
      );
      if (!sure) return;
      await send("POST", "/api/restore", file.files[0], { "X-Passphrase": encodeURIComponent(given.value) });
      location.assign("/settings");
    },
    "care",
  );
  return card(
    "Backup",
    el(
      "p",
      {},
      "One encrypted file with everything: recordings, labels, notes, your own heads, and what left this machine. Keep it where this computer is not.",
    ),
    more("Save a backup", save),
    more("Restore a backup", restore),
  );
}
