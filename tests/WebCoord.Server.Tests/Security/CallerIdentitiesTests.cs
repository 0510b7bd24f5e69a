using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using WebCoord.Core.Tree;
using WebCoord.Server.Security;

namespace WebCoord.Server.Tests.Security;

public sealed class CallerIdentitiesTests
{
    private const string UserPassDigest = "user:smGaoVKd/cQkjm7b88GyorAUz20=";
    private const string SuperTestDigest = "super:D/InIHSb7yEEbrWz8b9l71RjZJU=";

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("fe80::1%3", "fe80::1")]
    public void A_caller_without_credentials_is_its_address(string peer, string expected)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);

        Assert.True(CallerIdentities.TryRead(context, null, out var caller, out _));

        Assert.True(caller.IsAnonymous);
        Assert.False(caller.IsSuper);
        Assert.Equal<Identity>([new Identity("ip", expected)], caller.Identities);
    }

    [Fact]
    public void A_name_and_a_password_give_the_digest_identity_of_ZooKeeper()
    {
        Assert.True(CallerIdentities.TryRead(WithBasic("user:pass"), SuperTestDigest, out var caller, out _));

        Assert.False(caller.IsAnonymous);
        Assert.Equal<Identity>(
            [new Identity("ip", "127.0.0.1"), new Identity("digest", UserPassDigest)], caller.Identities);
    }

    [Fact]
    public void The_super_digest_gives_super_beside_the_digest_identity()
    {
        Assert.True(CallerIdentities.TryRead(WithBasic("super:test"), SuperTestDigest, out var caller, out _));

        Assert.True(caller.IsSuper);
        Assert.Contains(new Identity("digest", SuperTestDigest), caller.Identities);
    }

    [Theory]
    [InlineData("Bearer abc")]
    [InlineData("Basic")]
    [InlineData("Basic ")]
    [InlineData("Basic !!!")]
    [InlineData("Basic dXNlcg==")]
    [InlineData("Basic //86YQ==")]
    [InlineData("")]
    public void Credentials_that_make_no_sense_are_a_problem(string header)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = header;

        Assert.False(CallerIdentities.TryRead(context, null, out _, out var problem));

        Assert.Contains("user:password", problem, StringComparison.Ordinal);
    }

    private static DefaultHttpContext WithBasic(string credential)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = "basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credential));
        return context;
    }
}
