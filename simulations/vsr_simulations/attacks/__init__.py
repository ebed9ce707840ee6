"""What an attacker learns of people from what a server sees of their updates (docs/attacks.md).

cast             who is attacked, and the shadow people that the attacker learns from
drawn_updates    updates of those people, by the training that ships, kept on disk
secure_round     the secure sum, really run: what the server sees of it, and what it says in the end
views            an update as the server sees it in each setting
traits           what the attacker measures of a view
attribute        a classifier learnt from shadow people; who a person is among others
inversion        activations and labels out of gradients and updates
audit            canaries in real sums: a bound of epsilon from below
study, report    all of it, as rows, a table and a picture
"""
