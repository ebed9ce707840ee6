"""Simulations in process: many users trained at once as batched arithmetic over kept activations.

An example:

    base = read_shipped(BASES)                                         # or a fold base: read_base(path.read_bytes())
    people = recorded_population(base, voices, cache, speakers=[...])  # populations.recorded; trunk once a clip, kept
    start = Start(base.trainable, base.frozen)
    settings = RoundSettings(rounds=20, cohort=10, local=LocalTraining(epochs=2))
    outcome = run_rounds(people, start, FED_AVG, settings, seed=1, hooks=Hooks(...), on_round=print, keep=folder)
    evaluate_common(people, outcome.state.weights, base.frozen).summary()  # uar, auroc, nll, ece, worst_tenth
    evaluate_method(people, start, method, outcome, settings, seed=1)      # by what each person really uses

- `heard`: HeardClips, HeardUser (teach, held_out), Population (a protocol: name, len, [number]), Together, Part.
- `kept_activations`: kept_activations(base, clips, cache_dir, on_progress) -> KeptActivations, SHA-256 of each clip.
- `round_updates`: RoundUpdates (round, members, common, deltas (u, ...), clips) and
  Hooks(silent, lessons, updates, combine). `updates` is where clipping, noise and attackers' updates go, `lessons`
  where labels are poisoned, `combine` replaces the weighted mean (robust sums; `secure_mean`: the real secure sum).
- `rounds`: Start, RoundSettings, run_rounds, RoundReport (progress with seconds_left, state), Outcome.
- `evaluation`: said_by, evaluate, evaluate_common, evaluate_method, Evaluation (users, mean, values, summary).
- `method`: Method, LocalRound, LocalOutcome; methods are one file each in `vsr_simulations.methods`.
- `vsr_simulations.populations`: recorded, generated_activations (any number, nothing heard), altered (few clips, label
  and amount skew, label noise), drift (from one population to another of the same people, over rounds: `drifting`
  says who people are in a round), availability (dropouts, slow machines, for Hooks.silent).
"""
