namespace Image2Ipfs.Gateway.Observe;

/// <summary>
/// So many lines a second and no more. A line costs half as much as the answer that it speaks of, and any client can cause
/// tens of thousands a second: more than disks and log shippers take.
/// </summary>
internal sealed class LineLimit(int perSecond)
{
    private long _second;
    private int _lines;
    private int _leftOut;

    /// <param name="leftOut">How many lines were left out in the second before, told once.</param>
    public bool May(out int leftOut)
    {
        leftOut = 0;
        var second = Environment.TickCount64 / 1000;
        if (Volatile.Read(ref _second) != second && Interlocked.Exchange(ref _second, second) != second)
        {
            Interlocked.Exchange(ref _lines, 0);
            leftOut = Interlocked.Exchange(ref _leftOut, 0);
        }
        if (Volatile.Read(ref _lines) < perSecond && Interlocked.Increment(ref _lines) <= perSecond)
            return true;
        Interlocked.Increment(ref _leftOut);
        return false;
    }
}
