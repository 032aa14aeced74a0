"""The machine this runs on: its memory, its temporary files, turns at heavy work, its network."""
