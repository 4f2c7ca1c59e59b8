import pytest
from official_passes import CASES, official_pass


@pytest.fixture(scope="module", params=CASES)
def case(request):
    """An official model, and what its official code computed."""
    return official_pass(request.param)
