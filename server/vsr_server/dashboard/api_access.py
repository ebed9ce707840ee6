"""Letting a browser in, and out again."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from vsr_server.dashboard.admin import Here

router = APIRouter(prefix="/api", tags=["access"])


class Link(BaseModel):
    """Lets one browser in, once, within ten minutes."""

    link: str


@router.post("/links")
def new_link(here: Here, request: Request) -> Link:
    """Make a link to the address by which this was asked."""
    return Link(link=f"{request.url.scheme}://{request.url.netloc}/enter?token={here.access.new_ticket()}")


@router.post("/sign-out", status_code=204)
def sign_out(here: Here, request: Request) -> Response:
    """Let the browser that asks in no more."""
    here.access.leave(request.headers)
    gone = {"set-cookie": f"{here.access.cookie_name}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"}
    return Response(status_code=204, headers=gone)
