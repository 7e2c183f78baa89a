"""Write outcomes.txt anew from the fixtures (`make truth`)."""

from django.conf import settings

from navigator.editions.content import read_fixtures

from . import FOLDER, outcomes

flow = read_fixtures(settings.BASE_DIR / "fixtures").flow
(FOLDER / "outcomes.txt").write_text("".join(f"{line}\n" for line in outcomes(flow)), encoding="utf-8")
