using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Fetch;

public sealed class HiddenBytesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Spool _spool;
    private readonly HiddenBytes _hidden;

    public HiddenBytesTests()
    {
        _spool = new Spool(File.OpenHandle(_folder["blob"], FileMode.CreateNew, FileAccess.ReadWrite));
        _hidden = new HiddenBytes(_spool);
    }

    /// <summary>What is hashed already could be changed by another upstream, and the file would be kept as right.</summary>
    [Fact]
    public void Who_comes_first_stays()
    {
        Assert.Equal(10, _hidden.Write(10, Bytes(10, of: 1)));
        Assert.Equal(10, _hidden.Write(30, Bytes(10, of: 1)));
        Assert.Equal(30, _hidden.Write(0, Bytes(50, of: 2)));
        Assert.Equal(0, _hidden.Write(5, Bytes(40, of: 3)));
        Assert.Equal([.. Bytes(10, of: 2), .. Bytes(10, of: 1), .. Bytes(10, of: 2), .. Bytes(10, of: 1), .. Bytes(10, of: 2)], InFile(50));
        Assert.Equal((50, 50), (_hidden.EndFrom(0), _hidden.Total));
    }

    [Fact]
    public void No_reader_sees_them()
    {
        _hidden.Write(0, Bytes(10, of: 1));
        Assert.Equal((0, 0), (_spool.EndFrom(0), _spool.Written));
    }

    [Fact]
    public void What_is_missing_ends_where_the_next_begins()
    {
        _hidden.Write(10, Bytes(10, of: 1));
        Assert.Equal((0, 10L), (_hidden.EndFrom(0), _hidden.NextStart(0)));
        Assert.Equal((20, null), (_hidden.EndFrom(12), _hidden.NextStart(20)));
    }

    public void Dispose()
    {
        _spool.Dispose();
        _folder.Dispose();
    }

    private static byte[] Bytes(int count, byte of) => [.. Enumerable.Repeat(of, count)];

    private byte[] InFile(int length)
    {
        var content = new byte[length];
        Assert.Equal(length, _spool.Read(0, content));
        return content;
    }
}
