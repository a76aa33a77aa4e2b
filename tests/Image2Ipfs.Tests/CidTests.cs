using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Tests;

public sealed class CidTests
{
    // jvassev/image2ipfs, util/base_convert_test.go
    private const string Base58 = "QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a";
    private const string Dockerized = "ciqizic7pchyn7y7trnis24rp4y5jal4fixlytecaap2k4jawrdp6gi";

    [Fact]
    public void The_dockerized_form_is_the_originals()
    {
        Assert.Equal(Dockerized, Cid.Parse(Base58).ToRepositoryComponent());
        Assert.Equal(Base58, Cid.Parse(Dockerized).ToString());
    }
}
