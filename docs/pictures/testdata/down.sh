# Stands in for npu-smi on a host whose driver is not there.
echo 'DrvMngGetConsoleLogLevel failed. (g_conLogLevel=3)'
echo 'dcmi module initialize failed. ret is -8005'
exit 187
