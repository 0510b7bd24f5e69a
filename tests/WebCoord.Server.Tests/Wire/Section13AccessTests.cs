namespace WebCoord.Server.Tests.Wire;

/// <summary>The points of section 13 about who may do what, and which error comes first.</summary>
public sealed class Section13AccessTests : IAsyncLifetime
{
    private const string UserHash = "user:smGaoVKd/cQkjm7b88GyorAUz20=";

    private MemoryWire Wire { get; set; } = null!;

    private WireClient Client { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Wire = await MemoryWire.StartAsync("WebCoord:ZooKeeper:SuperDigest=super:D/InIHSb7yEEbrWz8b9l71RjZJU=");
        Client = await Wire.OpenAsync();
    }

    public async Task DisposeAsync() => await Wire.DisposeAsync();

    [Fact]
    public async Task Section_13_16_Credentials_end_with_the_connection()
    {
        await Client.AuthAsync("digest", "user:pass").SucceedsAsync();
        await Client.CreateAsync("/mine", acl: [new(31, "auth", "")]).SucceedsAsync();
        await Client.GetDataAsync("/mine").SucceedsAsync();

        var again = await Wire.OpenAsync(Client.Again());
        Assert.Equal(-102, (await again.GetDataAsync("/mine")).Error);
        await again.AuthAsync("digest", "user:pass").SucceedsAsync();
        await again.GetDataAsync("/mine").SucceedsAsync();
    }

    [Fact]
    public async Task Section_13_24_Deleting_needs_the_permission_of_the_parent_and_not_of_the_node()
    {
        await Client.CreateAsync("/p").SucceedsAsync();
        await Client.CreateAsync("/p/a", acl: [new(31, "digest", "nobody:hash")]).SucceedsAsync();
        await Client.DeleteAsync("/p/a").SucceedsAsync();
        await Client.CreateAsync("/p/b").SucceedsAsync();
        await Client.SetAclAsync("/p", [new(31 - 8, "world", "anyone")]).SucceedsAsync();
        Assert.Equal(-102, (await Client.DeleteAsync("/p/b")).Error);
    }

    [Fact]
    public async Task Section_13_25_Auth_stands_for_the_credentials_shown_and_an_address_is_none()
    {
        Assert.Equal(-114, (await Client.CreateAsync("/a", acl: [new(31, "auth", "")])).Error);
        await Client.AuthAsync("digest", "user:pass").SucceedsAsync();
        await Client.AuthAsync("digest", "other:pass").SucceedsAsync();
        await Client.CreateAsync("/a", acl: [new(5, "auth", "ignored"), new(31, "ip", "127.0.0.1")]).SucceedsAsync();

        var acl = (await Client.GetAclAsync("/a")).Reader().Acl()!;
        Assert.Equal([(5, "digest"), (5, "digest"), (31, "ip")],
            acl.Select(entry => (entry.Permissions, entry.Scheme!)));
        Assert.Equal(UserHash, acl[0].Id);
        Assert.StartsWith("other:", acl[1].Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Section_13_26_Kazoo_sends_the_id_of_auth_as_null()
    {
        await Client.AuthAsync("digest", "user:pass").SucceedsAsync();
        await Client.CreateAsync("/a", acl: [new(31, "auth", null)]).SucceedsAsync();
        Assert.Equal([new WireAcl(31, "digest", UserHash)], (await Client.GetAclAsync("/a")).Reader().Acl());
        await Client.SetAclAsync("/a", [new(1, "auth", null)]).SucceedsAsync();
    }

    [Fact]
    public async Task Section_13_27_An_invalid_ACL_is_found_before_a_missing_node()
    {
        WireAcl[] invalid = [new(31, "unknown", "id")];
        Assert.Equal(-114, (await Client.CreateAsync("/none/a", acl: invalid)).Error);
        Assert.Equal(-114, (await Client.SetAclAsync("/none", invalid)).Error);
        Assert.Equal(-101, (await Client.CreateAsync("/none/a")).Error);
        Assert.Equal(-101, (await Client.SetAclAsync("/none", WireAcl.Open)).Error);
    }

    [Fact]
    public async Task Section_13_28_NotEmpty_comes_after_BadVersion_and_below_an_ephemeral_there_can_be_nothing()
    {
        // So nothing can be there already below an ephemeral; the order of these two is Core's own to show.
        await Client.CreateAsync("/e", flags: 1).SucceedsAsync();
        Assert.Equal(-108, (await Client.CreateAsync("/e/a")).Error);
        Assert.Equal(-110, (await Client.CreateAsync("/e")).Error);

        await Client.CreateAsync("/p").SucceedsAsync();
        await Client.CreateAsync("/p/a").SucceedsAsync();
        Assert.Equal(-103, (await Client.DeleteAsync("/p", version: 9)).Error);
        Assert.Equal(-111, (await Client.DeleteAsync("/p", version: 0)).Error);
    }

    [Fact]
    public async Task Section_13_46_Who_may_read_but_not_administer_sees_no_hashes()
    {
        WireAcl[] acl =
        [
            new(31, "digest", UserHash), new(1, "world", "anyone"), new(1, "ip", "10.0.0.1"), new(1, "digest", "::a"),
        ];
        await Client.AuthAsync("digest", "user:pass").SucceedsAsync();
        Assert.Equal(-114, (await Client.CreateAsync("/a", acl: acl)).Error);
        await Client.CreateAsync("/a", acl: acl[..3]).SucceedsAsync();
        Assert.Equal(acl[..3], (await Client.GetAclAsync("/a")).Reader().Acl());

        var stranger = await Wire.OpenAsync();
        Assert.Equal([new(31, "digest", "user:x"), .. acl[1..3]],
            (await stranger.GetAclAsync("/a")).Reader().Acl()!);
    }

    [Fact]
    public async Task Section_13_47_Entries_that_are_there_twice_are_kept_once()
    {
        WireAcl one = new(1, "world", "anyone");
        WireAcl two = new(31, "ip", "127.0.0.1");
        await Client.CreateAsync("/a", acl: [one, two, one, two, two]).SucceedsAsync();
        Assert.Equal([one, two], (await Client.GetAclAsync("/a")).Reader().Acl());
        await Client.SetAclAsync("/a", [two, two, one]).SucceedsAsync();
        Assert.Equal([two, one], (await Client.GetAclAsync("/a")).Reader().Acl());
    }

    [Fact]
    public async Task Section_9_2_The_super_user_passes_every_ACL()
    {
        await Client.CreateAsync("/closed", acl: [new(0, "digest", "nobody:hash")]).SucceedsAsync();
        Assert.Equal(-102, (await Client.GetDataAsync("/closed")).Error);
        await Client.AuthAsync("digest", "super:test").SucceedsAsync();
        await Client.GetDataAsync("/closed").SucceedsAsync();
        await Client.SetAclAsync("/closed", WireAcl.Open).SucceedsAsync();
    }

    [Fact]
    public async Task Section_9_3_Requests_use_the_credentials_that_were_there_when_they_came()
    {
        await Client.CreateAsync("/mine", acl: [new(31, "digest", UserHash)]).SucceedsAsync();
        Wire.Log.Close();
        await Client.SendAllAsync(
            WireClient.Request(1, WireOp.SetData, WireBody.SetData("/mine", [])),
            WireClient.Request(-4, WireOp.Auth, WireBody.Auth("digest", "user:pass")),
            WireClient.Request(2, WireOp.SetData, WireBody.SetData("/mine", [])),
            WireClient.Request(3, WireOp.GetData, WireBody.Read("/mine")));
        Wire.Log.Open();
        foreach (var expected in ((int, int)[])[(1, -102), (-4, 0), (2, 0), (3, 0)])
        {
            var reply = await Client.ReceiveAsync();
            Assert.Equal(expected, (reply!.Xid, reply.Error));
        }
    }
}
