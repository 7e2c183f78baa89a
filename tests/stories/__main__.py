"""Write outcomes.txt anew from the fixtures (`make truth`)."""

from navigator.editions.content import read_fixtures
from tests.conftest import ROOT

from . import FOLDER, outcomes

flow = read_fixtures(ROOT / "fixtures").flow
(FOLDER / "outcomes.txt").write_text("".join(f"{line}\n" for line in outcomes(flow)), encoding="utf-8")
