# Stands at the head of deb/postinst and rpm/post: the user, in the group that owns the devices where the driver is installed.
getent passwd ascend_exporter >/dev/null ||
	useradd --system --user-group --home-dir /var/lib/ascend_exporter --no-create-home --shell /usr/sbin/nologin ascend_exporter
if getent group HwHiAiUser >/dev/null; then
	usermod --append --groups HwHiAiUser ascend_exporter
fi
