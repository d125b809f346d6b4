# The same image where a registry can be reached. The build context is this folder.
FROM debian:bookworm
COPY debian.packages debian.sh dpkg.cfg /lab/
RUN cp /lab/dpkg.cfg /etc/dpkg/dpkg.cfg.d/lab \
 && apt-get update \
 && DEBIAN_FRONTEND=noninteractive xargs apt-get install -y --no-install-recommends < /lab/debian.packages \
 && sh /lab/debian.sh \
 && rm -rf /lab /var/lib/apt/lists/* /var/cache/apt/*.bin
