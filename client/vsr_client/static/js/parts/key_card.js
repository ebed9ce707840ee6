// Who holds the key: changing the passphrase, a new key, the system's keyring.

import { post } from "../api.js";
import { el } from "../dom.js";
import { card, more } from "./pieces.js";
import { form, matching, password } from "./secret_form.js";
import { toast } from "./toast.js";

/** The card; `storage.key` says who holds the key now, `again()` draws the card anew. */
export function keyCard(storage, again) {
  const held = storage.key === "passphrase";
  const [old, oldField] = password("Your passphrase now", "current-password");
  const [first, firstField] = password(
    held ? "New passphrase" : "Passphrase",
    "new-password",
    "At least 8 characters. It cannot be recovered: nobody but you has it.",
  );
  const [second, secondField] = password("The same again", "new-password");
  const change = form(
    [held && oldField, firstField, secondField],
    held ? "Change passphrase" : "Lock with a passphrase",
    async () => {
      matching(first.value, second.value);
      await post("/api/passphrase", { old: old.value, new: first.value });
      toast("Your new passphrase holds from now on.");
      await again();
    },
  );
  const parts = [
    el(
      "p",
      {},
      held
        ? "Everything is encrypted under a key that your passphrase locks."
        : "Everything is encrypted under a key that this system’s keyring holds; it opens when you sign in to your computer.",
    ),
    more(held ? "Change the passphrase" : "Use a passphrase instead", change),
    more(
      "Make a new key",
      el(
        "p",
        {},
        "If somebody may have seen your key or an old passphrase, a new key makes what they have worthless for everything that is here from now on. Taking part and training are interrupted for a moment.",
      ),
      renewal(held, again),
    ),
  ];
  if (held)
    parts.push(
      more(
        "Let the system’s keyring hold the key",
        el("p", {}, "Then VSR opens without a question whenever you are signed in to your computer."),
        form(
          [],
          "Use the keyring",
          async () => (await post("/api/key/keyring"), toast("The keyring holds your key from now on."), await again()),
          "",
        ),
      ),
    );
  return card("Passphrase and key", parts);
}

function renewal(held, again) {
  const [now, nowField] = password("Your passphrase", "current-password");
  return form(
    [held && nowField],
    "Make a new key",
    async () => {
      await post("/api/key/rotate", { passphrase: now.value });
      toast("Everything is sealed under a new key.");
      await again();
    },
    "",
  );
}
