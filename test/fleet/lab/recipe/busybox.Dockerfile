# The same image where a registry can be reached. The build context is this folder.
FROM debian:bookworm AS donor
COPY busybox.packages busybox.sh /lab/
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive xargs apt-get install -y --no-install-recommends < /lab/busybox.packages \
 && sh /lab/busybox.sh / /lab-root
FROM scratch
COPY --from=donor /lab-root/ /
